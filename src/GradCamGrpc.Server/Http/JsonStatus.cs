using System.Globalization;
using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace GradCamGrpc.Server.Http;

/// <summary>
/// A <c>google.rpc.Status</c> as JSON, as calls that fail have it: an object with the one field <c>error</c>, as Google's own servers write it, and
/// so different from every message.
/// </summary>
internal static class JsonStatus
{
    /// <summary>What a status's details may be.</summary>
    public static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Details));

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithTypeRegistry(Details));

    /// <summary>As messages are written: what is no danger in JSON stays legible.</summary>
    private static readonly JsonSerializerOptions Legible = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads one as the framework writes it.</summary>
    public static Status Parse(ReadOnlySpan<byte> json) => Parser.Parse<Status>(Encoding.UTF8.GetString(json));

    /// <summary>Answers a call with it.</summary>
    /// <param name="context">The call, of which nothing is answered yet.</param>
    /// <param name="status">The status.</param>
    /// <param name="httpStatus">Its HTTP status; null for the one that goes with its code.</param>
    public static Task WriteAsync(HttpContext context, Status status, int? httpStatus = null)
    {
        var code = httpStatus ?? HttpStatusOf(status.Code);
        context.Response.StatusCode = code;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        if (status.GetDetail<RetryInfo>() is { } retry)
            context.Response.Headers.RetryAfter = Math.Ceiling(retry.RetryDelay.ToTimeSpan().TotalSeconds).ToString(CultureInfo.InvariantCulture);
        CallStatus.Failed(context, status.Code);
        return context.Response.WriteAsync(Format(status, code), context.RequestAborted);
    }

    /// <summary>Ends a stream of messages with it: a last line.</summary>
    public static Task WriteLineAsync(HttpContext context, Status status)
    {
        CallStatus.Failed(context, status.Code);
        return context.Response.WriteAsync($"{Format(status, HttpStatusOf(status.Code))}\n", context.RequestAborted);
    }

    private static string Format(Status status, int httpStatus) => new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = httpStatus,
            ["status"] = StatusNames.Of(status.Code),
            ["message"] = status.Message,
            ["details"] = new JsonArray([.. status.Details.Select(detail => JsonNode.Parse(Formatter.Format(detail)))]),
        },
    }.ToJsonString(Legible);

    /// <summary>As <c>google/rpc/code.proto</c> has them.</summary>
    private static int HttpStatusOf(int code) => (StatusCode)code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
