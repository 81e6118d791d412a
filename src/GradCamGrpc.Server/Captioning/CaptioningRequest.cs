using System.Diagnostics;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Captioning;

/// <summary>A photo to caption, and scores of the caption to explain.</summary>
/// <param name="captioner">The model's captioning head.</param>
/// <param name="choice">How the caption is found.</param>
/// <param name="question">What of it is explained; null for nothing.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class CaptioningRequest(
    Captioner captioner, CaptionChoice choice, CheckedCaptionExplainRequest? question, CancellationToken cancellation)
    : HeadRequest<SpokenCaption>(captioner.Layers, cancellation)
{
    public override void Run(InspectedPhoto photo)
    {
        var clock = Stopwatch.StartNew();
        var view = captioner.Layers.Look(photo.Observed);
        var sentences = captioner.Say(view, choice, photo.Cancellation);
        var spoken = new SpokenCaption(sentences, clock.Elapsed);
        if (!sentences.All(sentence => double.IsFinite(sentence.LogProbability)))
            throw new NonFiniteException("the log-probabilities of the caption's words");

        if (question is null)
        {
            Say(spoken);
            return;
        }
        var scores = question.ScoresOf(spoken.Best);
        Say(spoken with { Attention = question.IncludeAttention ? captioner.Attention(view, spoken.Best) : [], Scores = scores });
        if (scores.Count == 0)
            return;
        var targets = scores.Select(score => score.Of(spoken.Best)).ToArray();
        HandOver(captioner.Explain(view, spoken.Best, targets, [.. question.Methods.OfType<ICamMethod>()], photo.Cancellation), question.Layers, clock);
    }
}
