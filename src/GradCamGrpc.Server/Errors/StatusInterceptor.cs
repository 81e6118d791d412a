using GradCamGrpc.Server.Telemetry;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GradCamGrpc.Server.Errors;

/// <summary>Gives every fault its status.</summary>
internal sealed class StatusInterceptor(ILogger<StatusInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(request, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    private async Task<T> Guard<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception fault)
        {
            if (!StatusMapper.IsInternal(fault))
                throw StatusMapper.ToRpcException(fault);

            // A call whose client has left ends in whatever broke first. Nobody but the metrics reads its status: it is no fault of the server's.
            if (context.CancellationToken.IsCancellationRequested)
                throw StatusMapper.ToRpcException(new OperationCanceledException(context.CancellationToken));
            logger.CallFailed(fault, context.Method);
            throw StatusMapper.ToRpcException(fault);
        }
    }
}
