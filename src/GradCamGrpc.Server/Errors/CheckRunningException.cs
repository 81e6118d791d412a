namespace GradCamGrpc.Server.Errors;

/// <summary>A sanity check that was refused because another one runs.</summary>
internal sealed class CheckRunningException(TimeSpan retryAfter)
    : Exception($"another sanity check is running, and the server runs one at a time; try again in {Math.Ceiling(retryAfter.TotalMilliseconds)} ms")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
