using GradCamGrpc.Models.Text;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Captioning;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads which scores of a caption are explained.</summary>
internal static class CaptionTargetReader
{
    /// <summary>The score that a message chooses; null where something is wrong with it.</summary>
    /// <param name="target">The message.</param>
    /// <param name="index">Its index in the request.</param>
    /// <param name="words">The words that the head knows.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static CaptionScore? Read(CaptionTarget target, int index, Vocabulary words, Violations faults)
    {
        var field = $"targets[{index}]";
        var contrast = Contrast(target, field, words, faults);
        if (Chosen(target, Kind(target, field, faults), field, words, faults) is not { } score)
            return null;
        if (contrast is not null && contrast == score.Alternative)
            faults.Invalid($"{field}.contrast", "a word cannot be contrasted with itself");
        return score with { TargetIndex = index, Contrast = contrast, ContrastField = $"{field}.contrast" };
    }

    private static CaptionScore? Chosen(CaptionTarget target, ScoreKind kind, string field, Vocabulary words, Violations faults)
    {
        switch (target.TargetCase)
        {
            case CaptionTarget.TargetOneofCase.WordPosition:
                return new CaptionScore(kind, target.WordPosition, 1) { PlaceField = $"{field}.word_position" };
            case CaptionTarget.TargetOneofCase.Span:
                if (target.Span.WordCount >= 1)
                    return new CaptionScore(kind, target.Span.FirstPosition, target.Span.WordCount) { PlaceField = $"{field}.span" };
                faults.Invalid($"{field}.span.word_count", $"{target.Span.WordCount} is not 1 or more");
                return null;
            case CaptionTarget.TargetOneofCase.WholeCaption:
                return new CaptionScore(kind, 0, null);
            case CaptionTarget.TargetOneofCase.AlternativeWord:
                var word = WordReader.Word(target.AlternativeWord.Word, $"{field}.alternative_word.word", words, faults);
                return word is null
                    ? null
                    : new CaptionScore(kind, target.AlternativeWord.Position, 1) { Alternative = word, PlaceField = $"{field}.alternative_word.position" };
            default:
                faults.Invalid(field, "a word_position, a span, a whole_caption or an alternative_word is needed");
                return null;
        }
    }

    private static ScoreKind Kind(CaptionTarget target, string field, Violations faults)
    {
        switch (target.ScoreKind)
        {
            case ScoreKind.Unspecified or ScoreKind.LogProbability:
                // The difference of two log-probabilities is that of the logits.
                return target.Contrast.Length > 0 ? ScoreKind.Logit : ScoreKind.LogProbability;
            case ScoreKind.Logit or ScoreKind.Counterfactual:
                return target.ScoreKind;
            case ScoreKind.Probability:
                faults.Invalid($"{field}.score_kind", "words are explained by their logit, log-probability or counterfactual");
                return ScoreKind.LogProbability;
            default:
                faults.Invalid($"{field}.score_kind", $"{(int)target.ScoreKind} is not a known kind of score");
                return ScoreKind.LogProbability;
        }
    }

    private static int? Contrast(CaptionTarget target, string field, Vocabulary words, Violations faults)
    {
        if (target.Contrast.Length == 0)
            return null;
        if (target.TargetCase is CaptionTarget.TargetOneofCase.Span or CaptionTarget.TargetOneofCase.WholeCaption)
            faults.Invalid($"{field}.contrast", "one word alone is contrasted: a word_position's or an alternative_word's");
        if (target.ScoreKind is ScoreKind.Counterfactual)
            faults.Invalid($"{field}.contrast", "a counterfactual is not contrasted");
        return WordReader.Word(target.Contrast, $"{field}.contrast", words, faults);
    }
}
