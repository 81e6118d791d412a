using Google.Protobuf;
using GradCamGrpc.Server.Http;
using Grpc.AspNetCore.Server;

namespace GradCamGrpc.Server.Errors;

/// <summary>
/// Says that a message cannot be read. gRPC reads a call's one message before any interceptor runs, and where it cannot, answers UNKNOWN, as if
/// the server were at fault.
/// </summary>
internal static class UnreadableMessages
{
    /// <summary>Runs a call, and changes the status that gRPC gave it, if it must.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate call)
    {
        await call(context);
        if (!GrpcContent.IsOf(context.Request) || context.Response.HasStarted)
            return;
        if (context.Features.Get<IServerCallContextFeature>()?.ServerCallContext.Status.DebugException is not InvalidProtocolBufferException fault)
            return;
        await GrpcStatus.WriteAsync(context, StatusMapper.ToStatus(fault));
    }
}
