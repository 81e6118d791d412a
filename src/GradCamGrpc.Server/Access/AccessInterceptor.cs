using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GradCamGrpc.Server.Access;

/// <summary>Tells a call who was let in, and counts each message of a client's stream as a request: it is read when the quota has room.</summary>
internal sealed class AccessInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Introduce(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Introduce(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) => continuation(
            Introduce(context) is { } grant ? new PacedReader<TRequest>(requestStream, grant.Quota) : requestStream, responseStream, context);

    private static Grant? Introduce(ServerCallContext context)
    {
        var grant = context.GetHttpContext().Features.Get<Grant>();
        if (grant is not null)
            context.UserState[typeof(Grant)] = grant;
        return grant;
    }
}
