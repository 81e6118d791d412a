namespace GradCamGrpc.Server.Errors;

/// <summary>A request that was refused because too many wait already.</summary>
internal sealed class QueueFullException(TimeSpan retryAfter)
    : Exception($"too many requests are waiting; try again in {Math.Ceiling(retryAfter.TotalMilliseconds)} ms")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
