namespace GradCamGrpc.Training.Questions;

/// <summary>A question about a photo, and its one right answer.</summary>
/// <param name="Image">The photo's file name.</param>
/// <param name="Question">In lower case, its words and its question mark with blanks between them: <c>what color is the dog ?</c></param>
/// <param name="Answer">The whole answer, one class: several things are joined by <c>", "</c>.</param>
/// <param name="Kind">What the question asks for.</param>
public sealed record QuestionExample(string Image, string Question, string Answer, QuestionKind Kind);
