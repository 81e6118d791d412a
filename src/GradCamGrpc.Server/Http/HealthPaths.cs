using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Server.Http;

/// <summary>What the health service says, for probes and load balancers that speak no gRPC: a status of HTTP, and a word for people.</summary>
internal static class HealthPaths
{
    private const string Live = "/livez";
    private const string Ready = "/readyz";

    public static bool Has(PathString path) => path == Live || path == Ready;

    /// <summary>Serves <c>/livez</c>, 200 as long as the process answers, and <c>/readyz</c>, 503 while models are loaded and while it drains.</summary>
    public static void MapHealthPaths(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Live, () => Results.Text("alive"));
        routes.MapGet(Ready, (ServingHealth health) => health.IsServing
            ? Results.Text("ready")
            : Results.Text("starting or draining", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
