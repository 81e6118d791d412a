namespace GradCamGrpc.Training.Answers;

/// <summary>A photo, and what can be asked about it.</summary>
/// <param name="Photo">Its index among the photos of a feature file.</param>
/// <param name="Questions">The questions, as numbers of words, with the numbers of their answers; at least one.</param>
internal sealed record PhotoQuestions(int Photo, IReadOnlyList<(int[] Words, int Answer)> Questions);
