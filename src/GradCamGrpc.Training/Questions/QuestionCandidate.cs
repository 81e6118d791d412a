namespace GradCamGrpc.Training.Questions;

/// <summary>A question that may be asked of a photo.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Question">Its words.</param>
/// <param name="Answer">Its answer.</param>
internal sealed record QuestionCandidate(QuestionKind Kind, string Question, string Answer);
