namespace GradCamGrpc.Training.Questions;

/// <summary>What was understood of a caption.</summary>
/// <param name="Words">Its words.</param>
/// <param name="Mentions">Its nouns, in order.</param>
/// <param name="Deeds">Who does what.</param>
/// <param name="Worn">Who wears what.</param>
/// <param name="InMouth">Animals with a thing in their mouths.</param>
/// <param name="HasOthers">It tells of others without a noun, such as "another": nothing can be counted in it.</param>
internal sealed record CaptionReading(
    IReadOnlyList<CaptionWord> Words,
    IReadOnlyList<Mention> Mentions,
    IReadOnlyList<Deed> Deeds,
    IReadOnlyList<Worn> Worn,
    IReadOnlyList<Mention> InMouth,
    bool HasOthers);
