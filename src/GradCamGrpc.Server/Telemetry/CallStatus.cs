using System.Globalization;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Http;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Features;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>
/// Gives the metric of a call's duration its gRPC status: over HTTP every call that was answered is a 200, and one as JSON whose stream broke off
/// is one, too.
/// </summary>
internal static class CallStatus
{
    /// <summary>OpenTelemetry's name, with the status as the specification of gRPC writes it, such as <c>RESOURCE_EXHAUSTED</c>.</summary>
    private const string Tag = "rpc.response.status_code";

    private const string Field = "grpc-status";

    private static readonly object JsonKey = new();

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
                metrics.Tags.Add(new KeyValuePair<string, object?>(Tag, StatusNames.Of((int)status)));
        }
    }

    /// <summary>Keeps how a call as JSON failed.</summary>
    /// <param name="context">The call.</param>
    /// <param name="code">A <c>google.rpc.Code</c>.</param>
    public static void Failed(HttpContext context, int code) => context.Items[JsonKey] = (StatusCode)code;

    /// <summary>How a call ended; null for what is no call.</summary>
    public static StatusCode? Of(HttpContext context)
    {
        var left = context.RequestAborted.IsCancellationRequested;
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null)
            return context.Items[JsonKey] as StatusCode? ?? (left ? StatusCode.Cancelled : StatusCode.OK);
        if (!GrpcContent.IsOf(context.Request))
            return null;

        // An answer without messages has its status among the headers, and a client that has left gets none.
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var written = trailers?.TryGetValue(Field, out var last) == true ? last.ToString() : context.Response.Headers[Field].ToString();
        if (int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (StatusCode)number;
        return left ? StatusCode.Cancelled : StatusCode.Unknown;
    }
}
