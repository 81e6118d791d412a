using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Answering;

/// <summary>How an answer stands among all that a head could answer.</summary>
/// <param name="LogProbability">The natural logarithm of its probability.</param>
/// <param name="Margin">That less its contrast's; null where it has no contrast.</param>
internal readonly record struct AnswerStanding(double LogProbability, double? Margin)
{
    /// <param name="score">The answer's score.</param>
    /// <param name="logits">The head's outputs, by answer.</param>
    public static AnswerStanding Of(AnswerScore score, float[] logits) => new(
        Ranking.LogProbability(logits, score.AnswerIndex),
        score.Choice.Contrast is { } other ? (double)logits[score.AnswerIndex] - logits[other] : null);
}
