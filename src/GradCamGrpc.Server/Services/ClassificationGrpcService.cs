using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ClassificationService</c>.</summary>
internal sealed class ClassificationGrpcService(RequestReader reader, PhotoReader photos, ResponseWriter writer)
    : ClassificationService.ClassificationServiceBase
{
    /// <inheritdoc />
    public override async Task<ClassifyResponse> Classify(ClassifyRequest request, ServerCallContext context)
    {
        var command = reader.Read(request);
        command.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        using var photo = await photos.ReadAsync(request.Image, size, command.Model, isDrawn: false, context.CancellationToken);
        var inference = command.Model.Submit(photo, context);
        return new ClassifyResponse { Prediction = ResponseWriter.Prediction(command.Model, photo, await inference.Prediction, command.TopK) };
    }

    /// <inheritdoc />
    public override async Task Explain(
        ClassificationServiceExplainRequest request,
        IServerStreamWriter<ClassificationServiceExplainResponse> responseStream,
        ServerCallContext context)
    {
        var command = reader.Read(request);
        command.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        command.EnsureWritable(size);
        using var photo = await photos.ReadAsync(request.Image, size, command.Model, command.IsDrawn, context.CancellationToken);
        var inference = command.Model.Submit(photo, command, context);

        var prediction = ResponseWriter.Prediction(command.Model, photo, await inference.Prediction, command.PredictionTopK);
        await responseStream.WriteAsync(new ClassificationServiceExplainResponse { Prediction = prediction }, context.CancellationToken);
        await foreach (var map in inference.Maps)
        {
            var rendered = writer.Map(command, photo, map);
            await responseStream.WriteAsync(new ClassificationServiceExplainResponse { Map = rendered }, context.CancellationToken);
        }
    }
}
