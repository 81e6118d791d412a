using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Says in a message which score was explained.</summary>
internal static class ScoreWriter
{
    /// <param name="model">Whose classes they are.</param>
    /// <param name="choice">The target that asked about it.</param>
    /// <param name="classIndex">The class whose it is; null for that of several classes together.</param>
    /// <param name="value">Its value.</param>
    public static ExplainedScore Write(ModelInstance model, TargetChoice choice, int? classIndex, double value)
    {
        var score = new ExplainedScore
        {
            Kind = choice.Score.Kind,
            Value = value,
            Contrast = choice.Score.Contrast is { } other ? Class(model, other) : null,
        };
        if (choice is TargetChoice.Weighted weighted)
            score.WeightedClasses = new ExplainedSum { Terms = { weighted.Terms.Select(term => Term(model, term)) } };
        else if (classIndex is { } index)
            score.ExplainedClass = Class(model, index);
        return score;
    }

    private static ExplainedTerm Term(ModelInstance model, WeightedTerm term) =>
        new() { ExplainedClass = Class(model, term.ClassIndex), Weight = term.Weight };

    private static ExplainedClass Class(ModelInstance model, int index) => new() { ClassIndex = index, Label = model.Labels.Labels[index] };
}
