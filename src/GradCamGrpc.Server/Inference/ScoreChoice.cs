using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Inference;

/// <summary>What of a class is explained.</summary>
/// <param name="Kind">Never unspecified.</param>
/// <param name="Contrast">The class whose logit is subtracted; null for none.</param>
internal sealed record ScoreChoice(ScoreKind Kind, int? Contrast)
{
    public static ScoreChoice Logit { get; } = new(ScoreKind.Logit, null);

    /// <summary>Whether it says how much one class is meant, so that the class's probability says the same.</summary>
    public bool IsForOneClass => Contrast is null && Kind is ScoreKind.Logit or ScoreKind.Probability or ScoreKind.LogProbability;

    /// <summary>The score of one class.</summary>
    public ScoreTarget Of(int classIndex) => (Kind, Contrast) switch
    {
        (ScoreKind.Logit, { } other) => ScoreTarget.Contrast(classIndex, other),
        (ScoreKind.Logit, null) => ScoreTarget.Of(classIndex),
        (ScoreKind.Probability, null) => ScoreTarget.Of(classIndex, ScoreLink.Probability),
        (ScoreKind.LogProbability, null) => ScoreTarget.Of(classIndex, ScoreLink.LogProbability),
        (ScoreKind.Counterfactual, null) => ScoreTarget.Counterfactual(classIndex),
        _ => throw new InvalidOperationException($"{Kind} cannot be contrasted"),
    };
}
