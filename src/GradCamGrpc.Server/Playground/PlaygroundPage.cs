using System.Net.Mime;

namespace GradCamGrpc.Server.Playground;

/// <summary>The page on which anybody can look: its files are resources of the server, and it loads nothing from elsewhere.</summary>
internal static class PlaygroundPage
{
    private const string Index = "index.html";

    /// <summary>Only what this server sends is run, shown or called; photos and frames are the page's own.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob:; media-src blob:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Name, string ContentType)[] Files =
    [
        (Index, "text/html; charset=utf-8"),
        ("playground.css", "text/css; charset=utf-8"),
        ("api.js", "text/javascript; charset=utf-8"),
        ("camera.js", "text/javascript; charset=utf-8"),
        ("heat.js", "text/javascript; charset=utf-8"),
        ("methods.js", "text/javascript; charset=utf-8"),
        ("pane.js", "text/javascript; charset=utf-8"),
        ("playground.js", "text/javascript; charset=utf-8"),
        ("example.png", MediaTypeNames.Image.Png),
    ];

    /// <summary>Serves the page at <c>/</c>, and its files beside it.</summary>
    public static void MapPlayground(this IEndpointRouteBuilder routes)
    {
        foreach (var (name, contentType) in Files)
        {
            var content = Read(name);
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

    private static byte[] Read(string name)
    {
        using var resource = typeof(PlaygroundPage).Assembly.GetManifestResourceStream($"Playground/{name}")!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }
}
