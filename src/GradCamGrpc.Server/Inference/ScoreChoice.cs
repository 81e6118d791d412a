using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Inference;

/// <summary>What of a class, or of several, is explained.</summary>
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
        (_, null) => Of([new WeightedTerm(classIndex, 1)]),
        _ => throw new InvalidOperationException($"{Kind} cannot be contrasted"),
    };

    /// <summary>The score of a weighted sum of classes.</summary>
    public ScoreTarget Of(IEnumerable<WeightedTerm> terms)
    {
        var sign = Kind is ScoreKind.Counterfactual ? -1 : 1;
        return new ScoreTarget(Link, [.. terms.Select(term => (term.ClassIndex, (float)(sign * term.Weight)))]);
    }

    private ScoreLink Link => Kind switch
    {
        ScoreKind.Logit or ScoreKind.Counterfactual => ScoreLink.Logit,
        ScoreKind.Probability => ScoreLink.Probability,
        ScoreKind.LogProbability => ScoreLink.LogProbability,
        _ => throw new InvalidOperationException($"{Kind} is no kind of score"),
    };
}
