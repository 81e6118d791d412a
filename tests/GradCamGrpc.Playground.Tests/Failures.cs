using Microsoft.Playwright;

namespace GradCamGrpc.Playground.Tests;

/// <summary>What a server says that is made to fail.</summary>
internal static class Failures
{
    /// <summary>An answer with an error.</summary>
    /// <param name="code">The status of HTTP.</param>
    /// <param name="status">The name of a <c>google.rpc.Code</c>.</param>
    /// <param name="reason">The reason of <c>google.rpc.ErrorInfo</c>.</param>
    /// <param name="message">For people.</param>
    /// <param name="retryDelay">That of <c>google.rpc.RetryInfo</c>; null for none.</param>
    public static RouteFulfillOptions Of(int code, string status, string reason, string message, string? retryDelay = null)
    {
        object info = new { reason, domain = "gradcam" };
        return new RouteFulfillOptions
        {
            Status = code,
            Json = new { error = new { code, status, message, details = retryDelay is null ? new[] { info } : [info, new { retryDelay }] } },
        };
    }
}
