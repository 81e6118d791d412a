namespace GradCamGrpc.Training.Questions;

/// <summary>A word of a caption.</summary>
/// <param name="Text">In lower case.</param>
/// <param name="Role">What it does.</param>
/// <param name="Noun">What it means as a noun; null where it has another role.</param>
/// <param name="Verb">What it means as a verb; null where it has another role.</param>
internal sealed record CaptionWord(string Text, WordRole Role, NounForm? Noun, VerbForm? Verb);
