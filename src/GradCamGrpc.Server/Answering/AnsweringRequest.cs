using System.Diagnostics;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Answering;

/// <summary>A photo to answer questions about, and scores of the answers to explain.</summary>
/// <param name="answerer">The model's answering head.</param>
/// <param name="questions">The questions.</param>
/// <param name="asked">What of their answers is explained; null for nothing.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class AnsweringRequest(
    Answerer answerer, IReadOnlyList<Question> questions, CheckedVqaExplainRequest? asked, CancellationToken cancellation)
    : HeadRequest<GivenAnswers>(answerer.Layers, cancellation)
{
    public override void Run(InspectedPhoto photo)
    {
        var clock = Stopwatch.StartNew();
        var view = answerer.Layers.Look(photo.Observed);
        var given = new GivenAnswers(questions, Answer(view, questions), clock.Elapsed);
        if (asked is null)
        {
            Say(given);
            return;
        }
        var scores = asked.ScoresOf(given.Logits);
        Say(given with
        {
            Attention = asked.IncludeAttention ? answerer.Attention(view, questions) : [],
            Scores = scores,
            LeftOut = LeaveOut(view, scores, given.Logits),
        });
        HandOver(answerer.Explain(view, scores, [.. asked.Methods.OfType<ICamMethod>()], photo.Cancellation), asked.Layers, clock);
    }

    private WordsLeftOut[] LeaveOut(ViewedPhoto photo, IReadOnlyList<AnswerScore> scores, IReadOnlyList<float[]> whole)
    {
        AnswerScore[] shorter = [.. scores.Where(score => score.LeftOut is not null)];
        if (shorter.Length == 0)
            return [];
        return
        [
            .. shorter
                .Zip(Answer(photo, [.. shorter.Select(score => score.Asked)]), (score, logits) => (Score: score, Logits: logits))
                .GroupBy(pair => pair.Score with { LeftOut = null })
                .Select(words => new WordsLeftOut(
                    words.Key,
                    AnswerStanding.Of(words.Key, whole[words.Key.QuestionIndex]),
                    [.. words.Select(pair => AnswerStanding.Of(pair.Score, pair.Logits))])),
        ];
    }

    private IReadOnlyList<float[]> Answer(ViewedPhoto photo, IReadOnlyList<Question> those)
    {
        var logits = answerer.Answer(photo, those);
        return logits.All(row => row.All(float.IsFinite)) ? logits : throw new NonFiniteException("the outputs of the answering head");
    }
}
