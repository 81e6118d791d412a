using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ComparisonService</c>.</summary>
internal sealed class ComparisonGrpcService(ComparisonReader reader, PhotoReader photos, ModelComparer comparer, ComparisonWriter writer)
    : ComparisonService.ComparisonServiceBase
{
    /// <inheritdoc />
    public override async Task<CompareResponse> Compare(CompareRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var photo = await ReadAsync(request.Image, query.Question, query.Question.Targets.Count, context);
        var inference = query.Question.Model.Submit(photo, query.Question, context);
        var forward = await inference.Prediction;
        var maps = await inference.Items.OrderBy(map => map.TargetIndex).ToArrayAsync(context.CancellationToken);
        return writer.Compared(query, photo, forward, maps);
    }

    /// <inheritdoc />
    public override async Task<CompareModelsResponse> CompareModels(CompareModelsRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        foreach (var question in query.Questions)
            question.Model.EnsureRoom();
        var size = photos.Measure(request.Image);
        query.EnsureWritable(size);
        using var photo = await photos.ReadAsync(request.Image, size, query.Questions[0].Model, isDrawn: true, context.CancellationToken);
        query.EnsureBoxesLieOn(photo);
        return writer.Compared(await comparer.RunAsync(query, photo, context), query.Boxes);
    }

    /// <inheritdoc />
    public override async Task<PerturbResponse> Perturb(PerturbRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var photo = await ReadAsync(request.Image, query.Question, maps: 2, context);
        var outcome = await PhotoAttacker.RunAsync(query, photo, context);
        using (outcome.After.Photo)
            return writer.Perturbed(outcome);
    }

    private async Task<Photo> ReadAsync(Image image, CheckedExplainRequest question, int maps, ServerCallContext context)
    {
        question.Model.EnsureRoom();
        var size = photos.Measure(image);
        question.EnsureWritable(size, maps);
        return await photos.ReadAsync(image, size, question.Model, question.IsDrawn, context.CancellationToken);
    }
}
