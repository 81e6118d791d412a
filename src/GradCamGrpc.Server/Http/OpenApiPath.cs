using System.Net.Mime;

namespace GradCamGrpc.Server.Http;

/// <summary>The document that describes the calls as JSON, for generators of clients.</summary>
internal static class OpenApiPath
{
    private const string Name = "openapi.json";

    /// <summary>Serves it at <c>/openapi.json</c>.</summary>
    public static void MapOpenApi(this IEndpointRouteBuilder routes) => routes.MapGet($"/{Name}", () => Results.Stream(
        typeof(OpenApiPath).Assembly.GetManifestResourceStream(Name)!, MediaTypeNames.Application.Json));
}
