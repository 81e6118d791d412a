namespace GradCamGrpc.Server.Options;

/// <summary>Limits of the queue in front of a model.</summary>
/// <param name="Capacity">Requests that may wait; one more is refused.</param>
/// <param name="MaxBatch">Requests that are run together at most.</param>
/// <param name="MaxDelay">How long an idle model waits for a fuller batch.</param>
public sealed record QueueOptions(int Capacity, int MaxBatch, TimeSpan MaxDelay);
