namespace GradCamGrpc.Server.Hosting;

/// <summary>What somebody who has just started the server wants to know.</summary>
internal static class Welcome
{
    /// <remarks>Scripts and tests read the addresses from it: "serves on ADDRESS.", "Metrics: URL", "JSON over HTTP: URL".</remarks>
    public static string Text(GradCamServer server) => $"""

        GradCamGrpc serves on {server.Address.Authority}. From the repository, explain a photo of your own:

          ./gradcam explain PHOTO.jpg --server {server.Address.GetLeftPart(UriPartial.Authority)}{Trust(server)} --out out

        Any gRPC client works: the server answers reflection and health checks.
        {(server.HttpAddress is { } http ? $"JSON over HTTP: {http}v1/models" : "JSON over HTTP is off.")}
        {(server.PageAddress is { } page ? $"A page to look with: {page}" : "The page is off.")}
        {(server.MetricsAddress is { } metrics ? $"Metrics: {metrics}" : "Metrics are off.")}
        Ctrl+C stops the server.
        """;

    /// <summary>What a client needs where the certificates are not those of a public authority.</summary>
    private static string Trust(GradCamServer server) => server.Options.Tls switch
    {
        null => "",
        { ClientAuthoritiesFile: null } => " --ca CA.pem",
        _ => " --ca CA.pem --cert ME.pem --key ME.key",
    };
}
