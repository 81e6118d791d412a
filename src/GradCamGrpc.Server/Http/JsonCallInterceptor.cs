using GradCamGrpc.Batching;
using GradCamGrpc.Server.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Status = Google.Rpc.Status;

namespace GradCamGrpc.Server.Http;

/// <summary>
/// Gives calls as JSON what gRPC's have: a deadline, and a status at the end of a stream that fails on the way. It stands around
/// <see cref="StatusInterceptor"/>.
/// </summary>
internal sealed class JsonCallInterceptor(TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!IsJson(context.GetHttpContext()))
            return await continuation(request, context);
        return await InTimeAsync(context, call => continuation(request, call));
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        if (!IsJson(http))
        {
            await continuation(request, responseStream, context);
            return;
        }
        try
        {
            await InTimeAsync(context, async call =>
            {
                await continuation(request, new JsonStreamWriter<TResponse>(responseStream), call);
                return true;
            });
        }
        catch (RpcException fault) when (http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            await JsonStatus.WriteLineAsync(http, fault.GetRpcStatus() ?? new Status { Code = (int)fault.StatusCode, Message = fault.Status.Detail });
        }
    }

    private static bool IsJson(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null;

    /// <summary>Runs a call until its deadline, if it has one.</summary>
    private async Task<T> InTimeAsync<T>(ServerCallContext context, Func<ServerCallContext, Task<T>> call)
    {
        if (!CallTimeout.TryRead(context.GetHttpContext().Request, out var said) || said is not { } timeout)
            return await call(context);
        using var timed = new TimedCallContext(context, timeout, time);
        try
        {
            return await call(timed);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Cancelled && timed.IsLate)
        {
            throw StatusMapper.ToRpcException(new DeadlineExceededException());
        }
    }
}
