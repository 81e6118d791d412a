namespace GradCamGrpc.Training.Answers;

/// <summary>How well the questions of one data set are answered.</summary>
/// <param name="Data">What is asked.</param>
/// <param name="PhotoCount">About how many photos.</param>
/// <param name="Kinds">All questions, and then by what they ask for, in the order of <see cref="Questions.QuestionKind"/>.</param>
public sealed record AnsweredSet(string Data, int PhotoCount, IReadOnlyList<AnswerKind> Kinds);
