using System.Net.Mime;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;

namespace GradCamGrpc.Server.Http;

/// <summary>A <c>google.rpc.Status</c> as JSON, as calls that fail have it.</summary>
internal static class JsonStatus
{
    /// <summary>What a status's details may be.</summary>
    public static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Details));

    /// <summary>Answers with it.</summary>
    public static Task WriteAsync(HttpContext context, int httpStatus, Status status)
    {
        context.Response.StatusCode = httpStatus;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.WriteAsync(Formatter.Format(status), context.RequestAborted);
    }
}
