using System.Globalization;
using Google.Protobuf;
using Google.Rpc;
using GradCamGrpc.Server.Http;

namespace GradCamGrpc.Server.Errors;

/// <summary>A status as gRPC's clients read it where there is no call: the protocol's "Trailers-Only" response.</summary>
internal static class GrpcStatus
{
    /// <summary>Answers with it once the caller returns. To complete the response here would leave a client waiting that still sends its message (seen).</summary>
    public static Task WriteAsync(HttpContext context, Status status)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = GrpcContent.Type;
        headers["grpc-status"] = status.Code.ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = Uri.EscapeDataString(status.Message);
        headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray()).TrimEnd('=');
        return Task.CompletedTask;
    }
}
