using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.VqaService</c>.</summary>
internal sealed class VqaGrpcService(VqaReader reader, PhotoReader photos, VqaWriter writer) : VqaService.VqaServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task<AnswerResponse> Answer(AnswerRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.Model.AnswerPreprocessor!);
        using var photo = await photos.ReadAsync(request.Image, query.Model, query.Model.AnswerPreprocessor!, context.CancellationToken);
        var inference = place.Answer(photo, query.Questions, asked: null, context.CancellationToken);
        return new AnswerResponse
        {
            Prediction = writer.Prediction(query.Model, photo, await inference.Prediction, await inference.Said, query.TopK),
        };
    }

    /// <inheritdoc />
    [Queued]
    public override async Task Explain(
        VqaServiceExplainRequest request, IServerStreamWriter<VqaServiceExplainResponse> responseStream, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.View);
        using var photo = await photos.ReadAsync(request.Image, query, context.CancellationToken);
        var inference = place.Answer(photo, query.AskedQuestions, query, context.CancellationToken);
        await responseStream.WriteAllAsync(writer.AnswerAsync(query, photo, inference), context.CancellationToken);
    }
}
