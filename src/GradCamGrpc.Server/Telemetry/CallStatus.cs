using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>Gives the metric of a call's duration its gRPC status: over HTTP every call that was answered is a 200.</summary>
internal static class CallStatus
{
    /// <summary>OpenTelemetry's name, with the status as the specification of gRPC writes it, such as <c>RESOURCE_EXHAUSTED</c>.</summary>
    private const string Tag = "rpc.response.status_code";

    private const string Field = "grpc-status";

    /// <summary>The statuses by their numbers, 0 to 16.</summary>
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    /// <summary>Runs a call, and tells its status.</summary>
    public static async Task MeasureAsync(HttpContext context, RequestDelegate call)
    {
        try
        {
            await call(context);
        }
        finally
        {
            if (Of(context) is { } status && context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
                metrics.Tags.Add(new KeyValuePair<string, object?>(Tag, status));
        }
    }

    /// <summary>How a call ended; null for what is no call.</summary>
    private static string? Of(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
            return null;

        // An answer without messages has its status among the headers, and a client that has left gets none.
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var written = trailers?.TryGetValue(Field, out var last) == true ? last.ToString() : context.Response.Headers[Field].ToString();
        if (int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Names.Length)
            return Names[number];
        return Names[(int)(context.RequestAborted.IsCancellationRequested ? StatusCode.Cancelled : StatusCode.Unknown)];
    }
}
