namespace GradCamGrpc.Training.Questions;

/// <summary>What somebody does, by a caption.</summary>
/// <param name="Subject">Who does it.</param>
/// <param name="Verb">The verb's base form.</param>
/// <param name="Preposition">The word between the verb and its object: rides <c>on</c> a horse; empty where there is none.</param>
/// <param name="Object">What it is done to, or where; null where none was understood.</param>
internal sealed record Deed(Mention Subject, string Verb, string Preposition, Mention? Object);
