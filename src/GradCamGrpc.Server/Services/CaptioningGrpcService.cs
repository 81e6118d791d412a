using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.CaptioningService</c>.</summary>
internal sealed class CaptioningGrpcService(CaptionReader reader, PhotoReader photos, CaptionWriter writer)
    : CaptioningService.CaptioningServiceBase
{
    /// <inheritdoc />
    public override async Task<CaptionResponse> Caption(CaptionRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        using var photo = await photos.ReadAsync(
            request.Image, size, query.Model, query.Model.CaptionPreprocessor!, isDrawn: false, context.CancellationToken);
        var inference = query.Model.Caption(photo, query.Choice, question: null, context);
        return new CaptionResponse
        {
            Prediction = writer.Prediction(query.Model, photo, await inference.Prediction, await inference.Said),
        };
    }

    /// <inheritdoc />
    public override async Task Explain(
        CaptioningServiceExplainRequest request,
        IServerStreamWriter<CaptioningServiceExplainResponse> responseStream,
        ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        query.EnsureWritable(size);
        using var photo = await photos.ReadAsync(
            request.Image, size, query.Model, query.Model.CaptionPreprocessor!, query.IsDrawn, context.CancellationToken);
        var inference = query.Model.Caption(photo, query.Choice, query, context);

        var forward = await inference.Prediction;
        var spoken = await inference.Said;
        var prediction = writer.Prediction(query.Model, photo, forward, spoken);
        var first = new CaptioningServiceExplainResponse
        {
            Prediction = prediction,
            MapCount = spoken.Scores.Count * query.MapsPerScore,
            SkippedTargets = { CaptionWriter.Skipped(query, spoken.Best) },
        };
        await responseStream.WriteAsync(first, context.CancellationToken);
        foreach (var attention in CaptionWriter.Attention(query.Model, spoken))
            await responseStream.WriteAsync(new CaptioningServiceExplainResponse { Attention = attention }, context.CancellationToken);
        await foreach (var map in query.Fused(inference.Items))
        {
            var rendered = writer.Map(query, photo, spoken, map);
            await responseStream.WriteAsync(new CaptioningServiceExplainResponse { Map = rendered }, context.CancellationToken);
        }
    }
}
