using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;

namespace GradCamGrpc.Server.Services;

/// <summary><c>gradcam.v1.EvidenceService</c>.</summary>
internal sealed class EvidenceGrpcService(RequestReader reader, PhotoReader photos, SanityChecks checks, ServerMetrics metrics)
    : EvidenceService.EvidenceServiceBase
{
    /// <inheritdoc />
    [Queued]
    public override async Task Evaluate(
        EvaluateRequest request, IServerStreamWriter<EvaluateResponse> responseStream, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.Model.Preprocessor);
        using var photo = await photos.ReadAsync(request.Image, query.Model, query.Model.Preprocessor, context.CancellationToken);
        var judge = new MapJudge(query.Model.Name, query.Layers, query.Plan.Of(photo), InputGrid.Of(photo.Input), metrics);
        var evaluation = new MapEvaluation(query, judge);
        var inference = place.Inspect(photo, evaluation.Run, context.CancellationToken);

        var prediction = ResponseWriter.Prediction(query.Model, photo, await inference.Prediction, query.PredictionTopK);
        await responseStream.WriteAsync(new EvaluateResponse { Prediction = prediction }, context.CancellationToken);
        await foreach (var figures in inference.Items)
        {
            var evidence = EvidenceWriter.Map(query.Model, photo, query.Targets[figures.Judged.TargetIndex], figures);
            await responseStream.WriteAsync(new EvaluateResponse { Evidence = evidence }, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    [Queued]
    public override async Task CheckSanity(
        CheckSanityRequest request, IServerStreamWriter<CheckSanityResponse> responseStream, ServerCallContext context)
    {
        var query = reader.Read(request);
        using var place = query.Model.Reserve(Caller.Of(context), query.Model.Preprocessor);
        using var turn = checks.Take(query.Model);
        using var photo = await photos.ReadAsync(request.Image, query.Model, query.Model.Preprocessor, context.CancellationToken);

        // The model takes the input; the check needs it after that.
        var values = photo.Input.Values.ToArray();
        var result = await place.Submit(photo, context.CancellationToken).Prediction;
        var prediction = ResponseWriter.Prediction(query.Model, photo, result, query.PredictionTopK);
        var plan = new SanityPlan(query, query.Target.Scores(result.Logits).First(), photo.Input.Width, photo.Input.Height, values);
        await foreach (var step in checks.RunAsync(plan, context.CancellationToken))
        {
            var response = step switch
            {
                SanityStep.Started started => new CheckSanityResponse { Subject = EvidenceWriter.Subject(plan, prediction, started) },
                SanityStep.Compared compared => new CheckSanityResponse { Checkpoint = EvidenceWriter.Checkpoint(plan, compared.Checkpoint) },
                _ => throw new ArgumentOutOfRangeException(nameof(request), step, "unknown step"),
            };
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }
}
