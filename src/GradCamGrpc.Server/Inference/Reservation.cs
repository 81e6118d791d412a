using GradCamGrpc.Batching;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Inference;

/// <summary>
/// A request's place in a model's queue, from before its photo is decoded on: what is enqueued there is answered. Disposal gives it back
/// where nothing was.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="place">The place.</param>
/// <param name="deadline">When the client stops waiting; null for never.</param>
internal sealed class Reservation(ModelInstance model, Place<RowGroup> place, DateTimeOffset? deadline) : IDisposable
{
    /// <summary>Enqueues a photo to classify.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="cancellation">Says that nobody waits for it any more.</param>
    public InferenceRequest Submit(Photo photo, CancellationToken cancellation) =>
        Enqueue(photo, new InferenceRequest(cancellation));

    /// <summary>Enqueues a photo to explain.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="query">What is explained.</param>
    /// <param name="cancellation">Says that nobody waits for this photo any more.</param>
    public ExplanationRequest Submit(Photo photo, CheckedExplainRequest query, CancellationToken cancellation) =>
        Enqueue(photo, Request(query, cancellation));

    /// <summary>Enqueues a photo about which the network is asked something of the caller's own.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="inspect">Asks, and yields what comes of it. It is run through on a thread of the model's workers.</param>
    /// <param name="cancellation">Says that nobody waits for it any more.</param>
    public InspectionRequest<TItem> Inspect<TItem>(
        Photo photo, Func<InspectedPhoto, IEnumerable<TItem>> inspect, CancellationToken cancellation) =>
        Enqueue(photo, new InspectionRequest<TItem>(inspect, cancellation));

    /// <summary>Enqueues a photo to caption.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="choice">How the caption is found.</param>
    /// <param name="question">What of it is explained; null for nothing.</param>
    /// <param name="cancellation">Says that nobody waits for it any more.</param>
    public CaptioningRequest Caption(
        Photo photo, CaptionChoice choice, CheckedCaptionExplainRequest? question, CancellationToken cancellation) =>
        Enqueue(photo, Request(photo, choice, question, cancellation));

    /// <summary>Enqueues a photo to answer questions about.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="asked">What of their answers is explained; null for nothing.</param>
    /// <param name="cancellation">Says that nobody waits for it any more.</param>
    public AnsweringRequest Answer(
        Photo photo, IReadOnlyList<Question> questions, CheckedVqaExplainRequest? asked, CancellationToken cancellation) =>
        Enqueue(photo, Request(photo, questions, asked, cancellation));

    /// <summary>Enqueues a photo about which several things are asked at once: in one batch, with a row for each way in which it is seen.</summary>
    /// <param name="views">The photo.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="cancellation">Says that nobody waits any more: the call's own, or one that follows it.</param>
    public MultiTaskInference Submit(PhotoViews views, CheckedMultiTaskRequest query, CancellationToken cancellation)
    {
        var inference = new MultiTaskInference(
            query.Classification is { } classes ? Request(classes, cancellation) : null,
            query.Captioning is { } caption ? Request(views.Of(caption), caption.Choice, caption, cancellation) : null,
            query.Vqa is { } answers ? Request(views.Of(answers), answers.AskedQuestions, answers, cancellation) : null);
        (MapQuestion? Question, InferenceRequest? Request)[] asked =
            [(query.Classification, inference.Classification), (query.Captioning, inference.Captioning), (query.Vqa, inference.Vqa)];
        var rows = asked
            .Where(part => part.Request is not null)
            .GroupBy(part => part.Question!.View, part => part.Request!)
            .Select(view => new InferenceRow(views.Photos[view.Key].Input, [.. view]));
        Enqueue([.. rows], cancellation);
        return inference;
    }

    public void Dispose() => place.Dispose();

    private static ExplanationRequest Request(CheckedExplainRequest query, CancellationToken cancellation) =>
        new(query.Layers, query.Targets, query.Methods, cancellation);

    private CaptioningRequest Request(Photo photo, CaptionChoice choice, CheckedCaptionExplainRequest? question, CancellationToken cancellation) =>
        new(model.Captioner!, choice, question, cancellation) { Key = model.KeyOf(photo, model.Captioner!.Layers) };

    private AnsweringRequest Request(
        Photo photo, IReadOnlyList<Question> questions, CheckedVqaExplainRequest? asked, CancellationToken cancellation) =>
        new(model.Answerer!, questions, asked, cancellation) { Key = model.KeyOf(photo, model.Answerer!.Layers) };

    private TRequest Enqueue<TRequest>(Photo photo, TRequest request)
        where TRequest : InferenceRequest
    {
        Enqueue([new InferenceRow(photo.Input, [request])], request.Cancellation);
        return request;
    }

    private void Enqueue(IReadOnlyList<InferenceRow> rows, CancellationToken cancellation) => place.Enqueue(new RowGroup(rows, deadline, cancellation));
}
