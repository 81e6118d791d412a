using Google.Protobuf;
using GradCamGrpc.Server.Draining;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>Counts the bytes of each call's messages, for <see cref="CallLog"/>.</summary>
internal sealed class CallBytesInterceptor : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (Of(context) is not { } bytes)
            return await continuation(request, context);
        bytes.AddRead(SizeOf(request));
        var response = await continuation(request, context);
        bytes.AddSent(SizeOf(response));
        return response;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (Of(context) is not { } bytes)
            return continuation(request, responseStream, context);
        bytes.AddRead(SizeOf(request));
        return continuation(request, Counted(responseStream, bytes), context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) => Of(context) is { } bytes
        ? continuation(new CountingReader<TRequest>(requestStream, bytes), Counted(responseStream, bytes), context)
        : continuation(requestStream, responseStream, context);

    /// <summary>Null where the call is not logged.</summary>
    private static CallBytes? Of(ServerCallContext context) => context.GetHttpContext().Features.Get<CallBytes>();

    private static ToldWriter<T> Counted<T>(IServerStreamWriter<T> responses, CallBytes bytes) => new(responses, message => bytes.AddSent(SizeOf(message)));

    private static int SizeOf<T>(T message) => ((IMessage)message!).CalculateSize();
}
