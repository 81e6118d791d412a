using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Video;

/// <summary>An answer on its way to the client. What becomes stale on the way is not sent.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Frame">The frame that it explains; null for any other answer.</param>
internal sealed record VideoAnswer(VideoServiceExplainResponse Response, ReceivedFrame? Frame = null)
{
    /// <summary>What is sent.</summary>
    /// <param name="now">The moment of the sending.</param>
    public VideoServiceExplainResponse SentAt(DateTimeOffset now)
    {
        if (Frame is null || Response.Frame.Explained is not { } explained)
            return Response;
        if (now > Frame.Deadline)
            Response.Frame.UnansweredReason = UnansweredReason.Expired;
        else
            explained.Latency = Duration.FromTimeSpan(now - Frame.ArrivedAt);
        return Response;
    }
}
