using System.Diagnostics;
using System.Net;
using GradCamGrpc.Server.Access;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Health.V1;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>
/// Logs each call when it has ended: who called what, and what came of it. Nothing of photos, questions, answers, keys and tokens is in it. Asking
/// after health is no call.
/// </summary>
internal sealed partial class CallLog(TimeProvider time, ILogger<CallLog> logger)
{
    private const string Nobody = "-";

    /// <summary>Runs a call, and logs it.</summary>
    public async Task WriteAsync(HttpContext context, RequestDelegate call)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is not { } method || method.ServiceName == Health.Descriptor.FullName)
        {
            await call(context);
            return;
        }
        var start = time.GetTimestamp();
        var trace = Activity.Current?.TraceId.ToHexString() ?? Nobody;
        var bytes = new CallBytes();
        context.Features.Set(bytes);
        StatusCode? status = StatusCode.Internal;
        try
        {
            await call(context);
            status = CallStatus.Of(context);
        }
        finally
        {
            Write(context, method.FullName.TrimStart('/'), status ?? StatusCode.Unknown, time.GetElapsedTime(start), bytes, trace);
        }
    }

    private void Write(HttpContext context, string method, StatusCode status, TimeSpan elapsed, CallBytes bytes, string trace)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        var caller = context.Features.Get<Grant>()?.Name ?? Nobody;
        var used = context.RequestServices.GetRequiredService<CallModels>().Used;
        var model = used.Count > 0 ? string.Join(", ", used) : Nobody;
        var name = StatusNames.Of((int)status);
        Ended(logger, caller, context.Connection.RemoteIpAddress, method, model, name, elapsed.TotalSeconds, bytes.Read, bytes.Sent, trace);
    }

    [LoggerMessage(
        EventId = 210,
        Level = LogLevel.Information,
        Message = "Call by {Caller} from {Address}: {Method}, model {Model}, {Status} after {Seconds:F3} s, {BytesIn} bytes in, {BytesOut} bytes out, trace {TraceId}")]
    private static partial void Ended(
        ILogger logger, string caller, IPAddress? address, string method, string model, string status, double seconds, long bytesIn, long bytesOut, string traceId);
}
