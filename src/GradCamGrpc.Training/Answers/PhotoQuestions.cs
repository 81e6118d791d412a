namespace GradCamGrpc.Training.Answers;

/// <summary>A photo, and what can be asked about it.</summary>
/// <param name="Photo">Its index among the photos of a feature file.</param>
/// <param name="Questions">The questions; at least one.</param>
internal sealed record PhotoQuestions(int Photo, IReadOnlyList<AskedQuestion> Questions);
