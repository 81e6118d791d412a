namespace GradCamGrpc.Training.Answers;

/// <summary>A question and its answer, as numbers.</summary>
/// <param name="Words">The numbers of the question's words.</param>
/// <param name="Answer">The answer's number.</param>
/// <param name="MayBeMirrored">Whether the question may be asked of the mirror image, and is answered the same.</param>
internal sealed record AskedQuestion(int[] Words, int Answer, bool MayBeMirrored);
