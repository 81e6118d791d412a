namespace GradCamGrpc.Training.Questions;

/// <summary>What a written verb means.</summary>
/// <param name="Verb">The base form of the verb that questions and answers use for it.</param>
/// <param name="Tense">How it is written.</param>
internal sealed record VerbForm(string Verb, VerbTense Tense);
