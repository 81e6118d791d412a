using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Answering;

/// <summary>A score of an answer to a question.</summary>
/// <param name="QuestionIndex">The question's index in the request.</param>
/// <param name="TargetIndex">The index of the question's target that chose the answer.</param>
/// <param name="AnswerIndex">The answer.</param>
/// <param name="Choice">What of it.</param>
/// <param name="Question">The whole question.</param>
internal sealed record AnswerScore(int QuestionIndex, int TargetIndex, int AnswerIndex, ScoreChoice Choice, Question Question)
{
    /// <summary>The place of the word that is left out; null where the whole question is asked.</summary>
    public int? LeftOut { get; init; }

    /// <summary>The question that the head is asked.</summary>
    public Question Asked => LeftOut is { } place ? Question.Without(place) : Question;

    /// <summary>What is differentiated.</summary>
    public ScoreTarget Target => Choice.Of(AnswerIndex);
}
