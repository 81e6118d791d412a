using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Video;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.VideoService</c>.</summary>
internal sealed class VideoGrpcService(VideoStream stream) : VideoService.VideoServiceBase
{
    /// <inheritdoc />
    public override Task Explain(
        IAsyncStreamReader<VideoServiceExplainRequest> requestStream,
        IServerStreamWriter<VideoServiceExplainResponse> responseStream,
        ServerCallContext context) => stream.RunAsync(requestStream, responseStream, context);
}
