using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ClassificationService</c>.</summary>
internal sealed class ClassificationGrpcService(RequestReader reader, PhotoReader photos, ResponseWriter writer, LabelImageWriter labelWriter)
    : ClassificationService.ClassificationServiceBase
{
    /// <inheritdoc />
    public override async Task<ClassifyResponse> Classify(ClassifyRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        using var photo = await photos.ReadAsync(request.Image, size, query.Model, isDrawn: false, context.CancellationToken);
        var inference = query.Model.Submit(photo, context);
        return new ClassifyResponse { Prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.TopK) };
    }

    /// <inheritdoc />
    public override async Task Explain(
        ClassificationServiceExplainRequest request,
        IServerStreamWriter<ClassificationServiceExplainResponse> responseStream,
        ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        query.EnsureWritable(size);
        using var photo = await photos.ReadAsync(request.Image, size, query.Model, query.IsDrawn, context.CancellationToken);
        var inference = query.Model.Submit(photo, query, context);

        var prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.PredictionTopK);
        await responseStream.WriteAsync(new ClassificationServiceExplainResponse { Prediction = prediction }, context.CancellationToken);
        var compared = new List<ReadyMap>();
        await foreach (var map in query.Fused(inference.Items))
        {
            var rendered = writer.Map(query, photo, map);
            await responseStream.WriteAsync(new ClassificationServiceExplainResponse { Map = rendered }, context.CancellationToken);
            if (query.LabelImages.Count > 0)
                compared.Add(map);
        }
        foreach (var labelled in labelWriter.Write(query, photo, compared))
            await responseStream.WriteAsync(new ClassificationServiceExplainResponse { LabelImage = labelled }, context.CancellationToken);
    }
}
