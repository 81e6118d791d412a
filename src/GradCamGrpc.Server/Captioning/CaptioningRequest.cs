using System.Diagnostics;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Captioning;

/// <summary>A photo to caption, and scores of the caption to explain. It shares the trunk's pass with the other photos of its batch.</summary>
/// <param name="input">The network's input; the request owns it from here on.</param>
/// <param name="captioner">The model's captioning head.</param>
/// <param name="choice">How the caption is found.</param>
/// <param name="question">What of it is explained; null for nothing.</param>
/// <param name="deadline">When the client stops waiting; null for never.</param>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal sealed class CaptioningRequest(
    ModelInput input,
    Captioner captioner,
    CaptionChoice choice,
    CheckedCaptionExplainRequest? question,
    DateTimeOffset? deadline,
    CancellationToken cancellation)
    : StreamingRequest<ReadyMap>(input, deadline, cancellation), IInspection
{
    private readonly TaskCompletionSource<SpokenCaption> _caption = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ImageQuery Query => captioner.Query;

    /// <summary>The caption, once it is found.</summary>
    public Task<SpokenCaption> Caption => _caption.Task;

    public void Run(InspectedPhoto photo)
    {
        var clock = Stopwatch.StartNew();
        var view = captioner.Look(photo.Observed);
        var sentences = captioner.Say(view, choice, photo.Cancellation);
        var spoken = clock.Elapsed;
        if (!sentences.All(sentence => double.IsFinite(sentence.LogProbability)))
            throw new NonFiniteException("the log-probabilities of the caption's words");

        var best = sentences[0];
        _caption.TrySetResult(new SpokenCaption(sentences, question is { IncludeAttention: true } ? captioner.Attention(view, best) : [], spoken));
        if (question is not null)
            Explain(question, view, best, clock);
    }

    public override void Fail(Exception reason)
    {
        base.Fail(reason);
        _caption.TrySetException(reason);

        // Nobody may be there to see the fault of a task that nobody awaits.
        _ = _caption.Task.Exception;
    }

    private void Explain(CheckedCaptionExplainRequest asked, ViewedPhoto photo, Sentence sentence, Stopwatch clock)
    {
        var scores = asked.ScoresOf(sentence);
        ICamMethod[] methods = [.. asked.Methods.OfType<ICamMethod>()];
        foreach (var (target, map) in captioner.Explain(photo, sentence, [.. scores.Select(score => score.Of(sentence))], methods, Cancellation))
        {
            if (!asked.Layers.Contains(map.Layer!))
                continue;
            if (!map.IsFinite)
                throw new NonFiniteException($"the values of the {map.Method.Name} map of target {target}");
            Ready(new ReadyMap(target, ClassIndex: null, map, clock.Elapsed));
        }
    }
}
