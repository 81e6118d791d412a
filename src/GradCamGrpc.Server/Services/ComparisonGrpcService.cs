using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.ComparisonService</c>.</summary>
internal sealed class ComparisonGrpcService(
    ComparisonReader reader, PhotoReader photos, ModelComparer comparer, ComparisonWriter writer, DrawingThreads threads)
    : ComparisonService.ComparisonServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task<CompareClassesResponse> CompareClasses(CompareClassesRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Question.Model.Reserve(Caller.Of(context), query.Question.View);
        var size = photos.Measure(request.Image);
        AnswerLimits.Ensure([.. query.Question.Targets.Select(_ => new PlannedMap(query.Question, size))]);
        using var photo = await ReadAsync(request.Image, size, query.Question, context);
        var inference = place.Submit(photo, query.Question, context.CancellationToken);
        var forward = await inference.Prediction;
        var maps = await inference.Items.OrderBy(map => map.TargetIndex).ToArrayAsync(context.CancellationToken);
        return await threads.RunAsync(() => writer.Compared(query, photo, forward, maps), context.CancellationToken);
    }

    /// <inheritdoc />
    public override async Task<CompareModelsResponse> CompareModels(CompareModelsRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        var caller = Caller.Of(context);
        using var places = Reservations.Of(query.Questions, caller);
        var size = photos.Measure(request.Image);
        AnswerLimits.Ensure([.. query.Questions.Select(question => new PlannedMap(question, size))]);
        using var photo = await photos.ReadAsync(request.Image, size, query.Questions[0].Model, isDrawn: true, context.CancellationToken);
        var answers = await comparer.RunAsync(query, photo, places, caller, context.CancellationToken);
        return await threads.RunAsync(() => writer.Compared(answers), context.CancellationToken);
    }

    /// <inheritdoc />
    [Queued]
    public override async Task<PerturbResponse> Perturb(PerturbRequest request, ServerCallContext context)
    {
        var query = reader.Read(request);
        var caller = Caller.Of(context);
        using var place = query.Question.Model.Reserve(caller, query.Question.View);
        var size = photos.Measure(request.Image);
        AnswerLimits.Ensure(new PlannedMap(query.Question, size), new PlannedMap(query.Question, query.Question.View.InputSize));
        using var photo = await ReadAsync(request.Image, size, query.Question, context);
        var outcome = await PhotoAttacker.RunAsync(query, photo, place, caller, context.CancellationToken);
        using (outcome.After.Photo)
            return await threads.RunAsync(() => writer.Perturbed(query.Attack, outcome), context.CancellationToken);
    }

    private Task<Photo> ReadAsync(Image image, ImageSize size, CheckedExplainRequest question, ServerCallContext context) =>
        photos.ReadAsync(image, size, question.Model, question.IsDrawn, context.CancellationToken);
}
