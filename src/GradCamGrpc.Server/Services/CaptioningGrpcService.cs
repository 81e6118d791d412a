using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.CaptioningService</c>.</summary>
internal sealed class CaptioningGrpcService(CaptionReader reader, PhotoReader photos, CaptionWriter writer)
    : CaptioningService.CaptioningServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task<CaptionResponse> Caption(CaptionRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.Model.CaptionPreprocessor!);
        using var photo = await photos.ReadAsync(request.Image, query.Model, query.Model.CaptionPreprocessor!, context.CancellationToken);
        var inference = place.Caption(photo, query.Choice, question: null, context.CancellationToken);
        return new CaptionResponse
        {
            Prediction = writer.Prediction(query.Model, photo, await inference.Prediction, await inference.Said),
        };
    }

    /// <inheritdoc />
    [Queued]
    public override async Task Explain(
        CaptioningServiceExplainRequest request,
        IServerStreamWriter<CaptioningServiceExplainResponse> responseStream,
        ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.View);
        using var photo = await photos.ReadAsync(request.Image, query, context.CancellationToken);
        var inference = place.Caption(photo, query.Choice, query, context.CancellationToken);
        await responseStream.WriteAllAsync(writer.AnswerAsync(query, photo, inference), context.CancellationToken);
    }
}
