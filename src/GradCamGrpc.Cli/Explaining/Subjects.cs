using System.Globalization;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>Whose score a map explains, in words.</summary>
internal static class Subjects
{
    /// <summary>More classes than these of a weighted sum are counted.</summary>
    private const int MaxNamed = 3;

    /// <summary>The question that a map answers: why a class, why it rather than another, or what speaks against it.</summary>
    public static string Question(ExplainedScore score) => score.Kind is ScoreKind.Counterfactual
        ? $"what speaks against {Label(score)}"
        : $"why {Label(score)}";

    /// <summary>For people: the class's whole label, or the weighted sum's classes by their first names.</summary>
    public static string Label(ExplainedScore score) => score.SubjectCase is ExplainedScore.SubjectOneofCase.WeightedClasses
        ? Sum(score.WeightedClasses)
        : score.ExplainedClass.Label + (score.Contrast is { } other ? $" rather than {Captions.ShortLabel(other.Label)}" : "");

    /// <summary>For a narrow place: the class's first name, or the weighted sum.</summary>
    public static string ShortLabel(ExplainedScore score)
    {
        var against = score.Kind is ScoreKind.Counterfactual ? "against " : "";
        var other = score.Contrast is { } contrast ? $", not {Captions.ShortLabel(contrast.Label)}" : "";
        return score.SubjectCase is ExplainedScore.SubjectOneofCase.WeightedClasses
            ? $"{against}{Sum(score.WeightedClasses)}"
            : $"{against}{Captions.ShortLabel(score.ExplainedClass.Label)}{other}";
    }

    /// <summary>For a file's name: whose score it is, and which, so that no two questions share a file.</summary>
    public static string FilePart(ExplainedScore score)
    {
        var kind = score.Kind switch
        {
            ScoreKind.Probability => ".probability",
            ScoreKind.LogProbability => ".log-probability",
            ScoreKind.Counterfactual => ".counterfactual",
            _ => "",
        };
        var contrast = score.Contrast is { } other ? $".not-{ClassPart(other)}" : "";
        return $"{SubjectPart(score)}{kind}{contrast}";
    }

    private static string ClassPart(ExplainedClass one) => $"{one.ClassIndex:d3}-{FileNames.Safe(one.Label)}";

    /// <summary>The class's index and first name, or the indices of a weighted sum's classes.</summary>
    private static string SubjectPart(ExplainedScore score)
    {
        if (score.SubjectCase is not ExplainedScore.SubjectOneofCase.WeightedClasses)
            return ClassPart(score.ExplainedClass);
        var terms = score.WeightedClasses.Terms;
        var more = terms.Count > MaxNamed ? $"-and-{terms.Count - MaxNamed}-more" : "";
        return $"sum-{string.Join('-', terms.Take(MaxNamed).Select(term => $"{term.ExplainedClass.ClassIndex:d3}"))}{more}";
    }

    private static string Sum(ExplainedSum sum)
    {
        var named = sum.Terms.Take(MaxNamed).Select((term, i) => $"{Sign(term.Weight, isFirst: i == 0)}{Weight(term.Weight)}{Captions.ShortLabel(term.ExplainedClass.Label)}");
        var more = sum.Terms.Count > MaxNamed ? $" and {sum.Terms.Count - MaxNamed} more" : "";
        return $"{string.Join(' ', named)}{more}";
    }

    private static string Sign(double weight, bool isFirst) => (weight < 0, isFirst) switch
    {
        (false, true) => "",
        (false, false) => "+ ",
        (true, true) => "-",
        (true, false) => "- ",
    };

    private static string Weight(double weight) => Math.Abs(weight) == 1 ? "" : $"{Math.Abs(weight).ToString("G4", CultureInfo.InvariantCulture)} ";
}
