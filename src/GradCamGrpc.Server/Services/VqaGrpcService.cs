using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.VqaService</c>.</summary>
internal sealed class VqaGrpcService(VqaReader reader, PhotoReader photos, VqaWriter writer) : VqaService.VqaServiceBase
{
    /// <inheritdoc />
    public override async Task<AnswerResponse> Answer(AnswerRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        using var photo = await photos.ReadAsync(
            request.Image, size, query.Model, query.Model.AnswerPreprocessor!, isDrawn: false, context.CancellationToken);
        var inference = query.Model.Answer(photo, query.Questions, asked: null, context);
        return new AnswerResponse
        {
            Prediction = writer.Prediction(query.Model, photo, await inference.Prediction, await inference.Said, query.TopK),
        };
    }

    /// <inheritdoc />
    public override async Task Explain(
        VqaServiceExplainRequest request, IServerStreamWriter<VqaServiceExplainResponse> responseStream, ServerCallContext context)
    {
        var query = reader.Read(request);
        query.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        query.EnsureWritable(size);
        using var photo = await photos.ReadAsync(
            request.Image, size, query.Model, query.Model.AnswerPreprocessor!, query.IsDrawn, context.CancellationToken);
        var inference = query.Model.Answer(photo, [.. query.Questions.Select(asked => asked.Question)], query, context);

        var forward = await inference.Prediction;
        var given = await inference.Said;
        var prediction = writer.Prediction(query.Model, photo, forward, given, query.TopK);
        var first = new VqaServiceExplainResponse { Prediction = prediction, MapCount = given.Scores.Count * query.MapsPerScore };
        await responseStream.WriteAsync(first, context.CancellationToken);
        foreach (var attention in VqaWriter.Attention(query.Model, given))
            await responseStream.WriteAsync(new VqaServiceExplainResponse { Attention = attention }, context.CancellationToken);
        foreach (var words in given.LeftOut.Select(words => VqaWriter.LeftOut(query.Model, words)))
            await responseStream.WriteAsync(new VqaServiceExplainResponse { LeftOutWords = words }, context.CancellationToken);
        await foreach (var map in query.Fused(inference.Items))
        {
            var rendered = writer.Map(query, photo, given.Scores[map.TargetIndex], map);
            await responseStream.WriteAsync(new VqaServiceExplainResponse { Map = rendered }, context.CancellationToken);
        }
    }
}
