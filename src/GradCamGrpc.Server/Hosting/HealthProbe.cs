namespace GradCamGrpc.Server.Hosting;

/// <summary>
/// The health of the server over plain HTTP, beside the metrics: for probes that speak no gRPC over TLS, or have no certificate, as those of
/// Kubernetes. The answer is the status: 200 or 503.
/// </summary>
internal static class HealthProbe
{
    /// <summary>Whether the process answers at all, while models are loaded and while it drains, too.</summary>
    public const string Live = "/livez";

    /// <summary>Whether calls are answered.</summary>
    public const string Ready = "/readyz";

    public static bool Has(PathString path) => path == Live || path == Ready;

    public static Task AnswerAsync(HttpContext context, bool isReady)
    {
        var serves = isReady || context.Request.Path == Live;
        context.Response.StatusCode = serves ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(serves ? "serves\n" : "does not serve: it is starting or stopping\n", context.RequestAborted);
    }
}
