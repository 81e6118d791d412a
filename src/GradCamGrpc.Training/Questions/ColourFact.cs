namespace GradCamGrpc.Training.Questions;

/// <summary>The color of a thing.</summary>
/// <param name="Thing">What questions call it: <c>the dog</c>, <c>the man's pants</c>.</param>
/// <param name="Is">"is" or "are".</param>
/// <param name="Colour">Its color.</param>
internal sealed record ColourFact(string Thing, string Is, string Colour);
