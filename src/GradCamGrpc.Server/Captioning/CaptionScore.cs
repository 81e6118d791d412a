using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Captioning;

/// <summary>A score of a caption: the sum of those of neighbouring words.</summary>
/// <param name="Kind">What of a word: its logit, its log-probability or its negated logit.</param>
/// <param name="First">The first word's position.</param>
/// <param name="Count">How many words; null for all words from there on, and the end.</param>
internal sealed record CaptionScore(ScoreKind Kind, int First, int? Count)
{
    /// <summary>The index of the request's target that asks for it; the word's position where there is none.</summary>
    public int TargetIndex { get; init; } = First;

    /// <summary>The word in the place of the one that the caption says; null for that one.</summary>
    public int? Alternative { get; init; }

    /// <summary>The word whose logit is subtracted; null for none.</summary>
    public int? Contrast { get; init; }

    /// <summary>The field that says where the words are.</summary>
    public string PlaceField { get; init; } = "";

    /// <summary>The field that names the contrast.</summary>
    public string ContrastField { get; init; } = "";

    /// <summary>What is differentiated.</summary>
    public SentenceTarget Of(Sentence sentence)
    {
        var sign = Kind is ScoreKind.Counterfactual ? -1f : 1f;
        var terms = Places(sentence).Select(place => (place, Alternative ?? sentence.Words[place], sign));
        return Contrast is { } other
            ? new SentenceTarget(ScoreLink.Logit, [.. terms, (First, other, -1)])
            : new SentenceTarget(Kind is ScoreKind.LogProbability ? ScoreLink.LogProbability : ScoreLink.Logit, [.. terms]);
    }

    /// <summary>The positions whose words' scores are added, that of the end included.</summary>
    public IEnumerable<int> Places(Sentence sentence) => Enumerable.Range(First, Count ?? sentence.Words.Count - First);

    /// <summary>What is wrong with the words' place; null where they are there.</summary>
    /// <param name="count">How many words the caption has, or may have.</param>
    /// <param name="caption">What to call it, such as "the caption has 7 words".</param>
    public FieldViolation? FaultOfPlace(int count, string caption)
    {
        // Another word may stand where the caption ends.
        var last = Alternative is null ? count - 1 : count;
        var most = First + (long)(Count ?? 1) - 1;
        if (First >= 0 && most <= last)
            return null;
        var place = First == most ? $"{First} is not" : $"positions {First} to {most} are not";
        return new FieldViolation(PlaceField, $"{place} from 0 to {last}: {caption}");
    }

    /// <summary>Why a caption does not have the score; null where it does.</summary>
    /// <param name="sentence">A whole sentence.</param>
    public FieldViolation? FaultIn(Sentence sentence)
    {
        var count = sentence.Words.Count - 1;
        if (FaultOfPlace(count, $"the caption has {count} words") is { } fault)
            return fault;
        return Alternative is null && Contrast is { } other && other == sentence.Words[First]
            ? new FieldViolation(ContrastField, "a word cannot be contrasted with itself")
            : null;
    }
}
