using System.Runtime.CompilerServices;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Explains the classes of a photo, from message to messages.</summary>
internal sealed class ClassExplainer(RequestReader reader, PhotoReader photos, ResponseWriter writer, LabelImageWriter labelWriter)
{
    /// <summary>The parts of the answer, each as it is ready; nothing is done before the first is asked for.</summary>
    /// <param name="request">The question.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Says that nobody waits for this photo any more: the call's own, or one that follows it.</param>
    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer or label.</exception>
    /// <exception cref="QueueFullException">Too many wait. No part has come before.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered. No part has come before.</exception>
    public async IAsyncEnumerable<ClassificationServiceExplainResponse> ExplainAsync(
        ClassificationServiceExplainRequest request, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(caller, query.View);
        using var photo = await photos.ReadAsync(request.Image, query, cancellation);
        await foreach (var part in AnswerAsync(query, photo, place.Submit(photo, query, cancellation)))
            yield return part;
    }

    /// <summary>The parts of an answer, each as it is ready.</summary>
    /// <param name="query">The question.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="inference">What the model says of it.</param>
    public async IAsyncEnumerable<ClassificationServiceExplainResponse> AnswerAsync(
        CheckedExplainRequest query, Photo photo, ExplanationRequest inference)
    {
        var prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.PredictionTopK);
        yield return new ClassificationServiceExplainResponse
        {
            Prediction = prediction,
            MapCount = query.Targets.Sum(target => target.Count) * query.MapsPerScore,
        };
        var compared = new List<ReadyMap>();
        await foreach (var map in query.Fused(inference.Items))
        {
            yield return new ClassificationServiceExplainResponse { Map = await writer.MapAsync(query, photo, map, inference.Cancellation) };
            if (query.LabelImages.Count > 0)
                compared.Add(map);
        }
        await foreach (var labelled in labelWriter.WriteAsync(query, photo, compared, inference.Cancellation))
            yield return new ClassificationServiceExplainResponse { LabelImage = labelled };
    }
}
