namespace GradCamGrpc.Batching;

/// <summary>A request that is not taken.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfter">When there may be a place, as recent batches went; more than zero.</param>
public sealed record Refusal(RefusalReason Reason, TimeSpan RetryAfter);
