namespace GradCamGrpc.Training.Questions;

/// <summary>Somebody whom several captions of a photo tell of, and who cannot be mistaken for another.</summary>
/// <param name="Word">What questions call it: <c>man</c>, <c>dogs</c>.</param>
/// <param name="Concept">The same in the singular.</param>
/// <param name="IsMany">There are several.</param>
/// <param name="Captions">The captions that tell of it.</param>
/// <param name="Mentions">The words that they tell of it with, by caption.</param>
/// <param name="Deeds">What they say that it does, by caption.</param>
/// <param name="Worn">What they say that it wears, by caption.</param>
internal sealed record Subject(
    string Word,
    string Concept,
    bool IsMany,
    IReadOnlyList<CaptionReading> Captions,
    IReadOnlyList<Mention> Mentions,
    IReadOnlyList<IReadOnlyList<Deed>> Deeds,
    IReadOnlyList<IReadOnlyList<Worn>> Worn)
{
    /// <summary>It is an animal, or several.</summary>
    public bool IsAnimal => Mentions[0].Noun.Category == NounCategory.Animal;

    /// <summary>"is" or "are".</summary>
    public string Is => IsMany ? "are" : "is";

    /// <summary>man's, dogs'.</summary>
    public string Owner => IsMany && Word[^1] == 's' ? Word + "'" : Word + "'s";
}
