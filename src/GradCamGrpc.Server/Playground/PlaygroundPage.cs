using System.Net.Mime;

namespace GradCamGrpc.Server.Playground;

/// <summary>The page on which anybody can look: its files are resources of the server, and it loads nothing from elsewhere.</summary>
internal static class PlaygroundPage
{
    private const string Index = "index.html";

    /// <summary>Only what this server sends is run, shown or called; photos and frames are the page's own.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>In front of the names of the page's resources.</summary>
    private const string Folder = "Playground/";

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".png"] = MediaTypeNames.Image.Png,
    };

    /// <summary>Serves the page at <c>/</c>, and its files beside it.</summary>
    public static void MapPlayground(this IEndpointRouteBuilder routes)
    {
        foreach (var resource in typeof(PlaygroundPage).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            var name = resource[Folder.Length..];
            var contentType = ContentTypes[Path.GetExtension(name)];
            var content = Read(resource);
            routes.MapGet(name == Index ? "/" : $"/{name}", context => AnswerAsync(context.Response, content, contentType));
        }
    }

    private static Task AnswerAsync(HttpResponse response, byte[] content, string contentType)
    {
        response.ContentType = contentType;
        response.ContentLength = content.Length;
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Permissions-Policy"] = "camera=(self)";
        return response.Body.WriteAsync(content, response.HttpContext.RequestAborted).AsTask();
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(PlaygroundPage).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
