using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Streaming;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;

namespace GradCamGrpc.Server.Video;

/// <summary>Explains the frames of a video.</summary>
/// <param name="open">Checks a stream's settings.</param>
/// <param name="measure">Reads a photo's size off its header.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of faults of the server's own.</param>
internal sealed class VideoStream(
    Func<VideoSettings, Caller, VideoPlan> open, Func<Image, ImageSize> measure, TimeProvider time, ILogger<VideoStream> logger)
{
    /// <param name="requests">What the client sends.</param>
    /// <param name="responses">Where answers go.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="InvalidRequestException">The call's priority is none.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<VideoServiceExplainRequest> requests,
        IServerStreamWriter<VideoServiceExplainResponse> responses,
        ServerCallContext context)
    {
        var (caller, method) = (Caller.Of(context), context.Method);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var outbox = new Outbox<VideoAnswer>(isOrdered: false);
        using var lane = outbox.Open();
        var sending = outbox.SendAllAsync((answer, cancellation) => responses.WriteAsync(answer.SentAt(time.GetUtcNow()), cancellation), stop);
        try
        {
            var call = new VideoCall(settings => open(settings, caller), new FrameSequence(measure), time, lane, fault =>
            {
                if (StatusMapper.IsInternal(fault))
                    logger.CallFailed(fault, method);
            });
            await call.RunAsync(requests, stop.Token);
            outbox.Complete();
        }
        catch (Exception fault)
        {
            // The sending ends in this fault, unless it was the first to end.
            outbox.Complete(fault);
        }
        await sending;
    }
}
