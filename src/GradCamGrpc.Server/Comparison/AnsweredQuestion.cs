using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Comparison;

/// <summary>What a model said of a photo, of which one map was asked.</summary>
/// <param name="Question">The question.</param>
/// <param name="Photo">The photo as this model took it.</param>
/// <param name="Forward">The prediction.</param>
/// <param name="Map">The map.</param>
internal sealed record AnsweredQuestion(CheckedExplainRequest Question, Photo Photo, ForwardResult Forward, ReadyMap Map)
{
    /// <summary>The class whose score the map explains.</summary>
    public int ClassIndex => Map.ClassIndex ?? throw new InvalidOperationException("the map explains several classes together");

    /// <summary>Waits for the answer to a question of one map.</summary>
    public static async Task<AnsweredQuestion> OfAsync(
        CheckedExplainRequest question, Photo photo, ExplanationRequest inference, CancellationToken cancellation) =>
        new(question, photo, await inference.Prediction.WaitAsync(cancellation), await inference.Items.FirstAsync(cancellation));
}
