namespace GradCamGrpc.Server.Options;

/// <summary>Limits of the queue in front of a model.</summary>
/// <param name="Capacity">Requests that may wait; one more is refused.</param>
/// <param name="MaxBatch">Requests that are run together at most; null to choose by what batches take at the start.</param>
/// <param name="MaxDelay">How long an idle model waits for a fuller batch; null to choose.</param>
/// <param name="MaxBytes">Bytes of inputs that may wait.</param>
/// <param name="TargetWait">How long a request may have to wait where the queue stands; null for 1.25 runs of a full batch, <see cref="TimeSpan.MaxValue"/> for any time.</param>
public sealed record QueueOptions(int Capacity, int? MaxBatch, TimeSpan? MaxDelay, long MaxBytes = 256 << 20, TimeSpan? TargetWait = null);
