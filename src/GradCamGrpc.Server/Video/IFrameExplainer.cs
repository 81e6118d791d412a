using GradCamGrpc.Batching;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Video;

/// <summary>Explains the frames of one stream, one after the other.</summary>
internal interface IFrameExplainer
{
    /// <param name="frame">The frame.</param>
    /// <param name="cancellation">Says that nobody waits for it any more.</param>
    /// <exception cref="InvalidRequestException">The picture cannot be used.</exception>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered.</exception>
    /// <exception cref="DeadlineExceededException">The frame's deadline passed while it waited.</exception>
    Task<ExplainedFrame> ExplainAsync(ReceivedFrame frame, CancellationToken cancellation);
}
