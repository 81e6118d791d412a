namespace GradCamGrpc.Training.Answers;

/// <summary>How well a model answers questions about photos that training has not seen.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Sets">The data sets.</param>
public sealed record AnswerQuality(string Model, IReadOnlyList<AnsweredSet> Sets);
