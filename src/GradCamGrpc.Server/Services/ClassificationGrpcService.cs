using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ClassificationService</c>.</summary>
internal sealed class ClassificationGrpcService(RequestReader reader, PhotoReader photos, ClassExplainer explainer, ExplainStream stream)
    : ClassificationService.ClassificationServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task<ClassifyResponse> Classify(ClassifyRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.Model.Preprocessor);
        using var photo = await photos.ReadAsync(request.Image, query.Model, query.Model.Preprocessor, context.CancellationToken);
        var inference = place.Submit(photo, context.CancellationToken);
        return new ClassifyResponse { Prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.TopK) };
    }

    /// <inheritdoc />
    [Queued]
    public override Task Explain(
        ClassificationServiceExplainRequest request,
        IServerStreamWriter<ClassificationServiceExplainResponse> responseStream,
        ServerCallContext context) =>
        responseStream.WriteAllAsync(explainer.ExplainAsync(request, Caller.Of(context), context.CancellationToken), context.CancellationToken);

    /// <inheritdoc />
    public override Task ExplainStream(
        IAsyncStreamReader<ClassificationServiceExplainStreamRequest> requestStream,
        IServerStreamWriter<ClassificationServiceExplainStreamResponse> responseStream,
        ServerCallContext context) => stream.RunAsync(requestStream, responseStream, context);
}
