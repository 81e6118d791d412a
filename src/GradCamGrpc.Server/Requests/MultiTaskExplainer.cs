using System.Runtime.CompilerServices;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Streaming;

namespace GradCamGrpc.Server.Requests;

/// <summary>Explains several things about one photo at once, from message to messages.</summary>
internal sealed class MultiTaskExplainer(
    MultiTaskReader reader, PhotoReader photos, ClassExplainer classes, CaptionWriter captions, VqaWriter answers)
{
    /// <summary>The parts of the answers, each as it is ready; nothing is done before the first is asked for.</summary>
    /// <param name="request">The questions.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="InvalidRequestException">A field is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such model, layer, label, word or answer.</exception>
    /// <exception cref="QueueFullException">Too many wait. No part has come before.</exception>
    /// <exception cref="PixelBudgetException">Too many large photos are being answered. No part has come before.</exception>
    public async IAsyncEnumerable<MultiTaskServiceExplainResponse> ExplainAsync(
        MultiTaskServiceExplainRequest request, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(caller, query.Parts.Select(part => part.View).Distinct());
        using var views = await photos.ReadAsync(request.Image, query, cancellation);

        // Where one answer fails, nobody waits for the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var inference = place.Submit(views, query, stop.Token);
        await foreach (var part in MergedStreams.ReadAsync(Answers(query, views, inference), stop))
            yield return part;
    }

    private IEnumerable<IAsyncEnumerable<MultiTaskServiceExplainResponse>> Answers(
        CheckedMultiTaskRequest query, PhotoViews views, MultiTaskInference inference)
    {
        if (query.Classification is { } asked)
        {
            yield return classes.AnswerAsync(asked, views.Of(asked), inference.Classification!)
                .Select(part => new MultiTaskServiceExplainResponse { Classification = part });
        }
        if (query.Captioning is { } caption)
        {
            yield return captions.AnswerAsync(caption, views.Of(caption), inference.Captioning!)
                .Select(part => new MultiTaskServiceExplainResponse { Captioning = part });
        }
        if (query.Vqa is { } questions)
        {
            yield return answers.AnswerAsync(questions, views.Of(questions), inference.Vqa!)
                .Select(part => new MultiTaskServiceExplainResponse { Vqa = part });
        }
    }
}
