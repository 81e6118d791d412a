using System.Globalization;
using GradCamGrpc.Models.Text;
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

    /// <summary>For people: the class's whole label, the weighted sum's classes by their first names, the words of a caption, or an answer.</summary>
    public static string Label(ExplainedScore score) => score.SubjectCase switch
    {
        ExplainedScore.SubjectOneofCase.WeightedClasses => Sum(score.WeightedClasses),
        ExplainedScore.SubjectOneofCase.Words => Said(score.Words) + (score.Words.Contrast is { Length: > 0 } word ? $" rather than {word}" : ""),
        ExplainedScore.SubjectOneofCase.Answer => Answer(score.Answer) + (score.Answer.Contrast is { Length: > 0 } answer ? $" rather than {answer}" : ""),
        _ => score.ExplainedClass.Label + (score.Contrast is { } other ? $" rather than {Captions.ShortLabel(other.Label)}" : ""),
    };

    /// <summary>For a narrow place: the class's first name, the weighted sum, the words of a caption, or an answer and its question.</summary>
    public static string ShortLabel(ExplainedScore score)
    {
        if (score.SubjectCase is ExplainedScore.SubjectOneofCase.Words)
            return Said(score.Words) + (score.Words.Contrast is { Length: > 0 } word ? $", not {word}" : "");
        if (score.SubjectCase is ExplainedScore.SubjectOneofCase.Answer)
            return (score.Answer.Contrast is { Length: > 0 } answer ? $"{score.Answer.Text}, not {answer}" : score.Answer.Text) + $": {score.Answer.Question}";
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

    private static string Said(ExplainedWords words) => Words.Join(words.Words.Select(word => word.Text));

    private static string Answer(ExplainedAnswer answer) => $"{answer.Text} to {answer.Question}";

    /// <summary>The class's index and first name, the indices of a weighted sum's classes, the words of a caption, or an answer.</summary>
    private static string SubjectPart(ExplainedScore score)
    {
        if (score.SubjectCase is ExplainedScore.SubjectOneofCase.Words)
            return FileNames.Joined(FileNames.Safe(Said(score.Words)), score.Words.Contrast.Length > 0 ? $"not-{FileNames.Safe(score.Words.Contrast)}" : "");
        if (score.SubjectCase is ExplainedScore.SubjectOneofCase.Answer)
        {
            var (other, leftOut) = (score.Answer.Contrast, score.Answer.LeftOut?.Text ?? "");
            return FileNames.Joined(
                FileNames.Safe(score.Answer.Text),
                other.Length > 0 ? $"not-{FileNames.Safe(other)}" : "",
                leftOut.Length > 0 ? $"without-{FileNames.Safe(leftOut)}" : "");
        }
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
