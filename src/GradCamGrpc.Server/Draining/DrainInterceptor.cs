using Grpc.Core;
using Grpc.Core.Interceptors;

namespace GradCamGrpc.Server.Draining;

/// <summary>Ends streams once the server drains: what they have asked by then is answered, and nothing more is read.</summary>
internal sealed class DrainInterceptor(Drain drain) : Interceptor
{
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var photos = new StreamPhotos(drain);
        var requests = new DrainableReader<TRequest>(requestStream, photos.Read, drain.Begun);
        await continuation(requests, new ToldWriter<TResponse>(responseStream, photos.Sent), context);

        // For the call itself it looked as if its client had no more to say.
        if (requests.IsCutShort)
            throw Drain.Refusal;
    }
}
