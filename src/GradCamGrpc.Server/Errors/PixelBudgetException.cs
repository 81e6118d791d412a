namespace GradCamGrpc.Server.Errors;

/// <summary>A photo that was refused because those that are being answered are as large as may be, all together.</summary>
internal sealed class PixelBudgetException(long pixels, TimeSpan retryAfter)
    : Exception($"the photos that are being answered leave no room for one of {pixels} pixels; try again in {Math.Ceiling(retryAfter.TotalMilliseconds)} ms")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
