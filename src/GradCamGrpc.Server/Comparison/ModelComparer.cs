using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;

namespace GradCamGrpc.Server.Comparison;

/// <summary>Asks several models about one photo, all at once.</summary>
internal sealed class ModelComparer(PhotoReader photos, ServerMetrics metrics)
{
    /// <param name="request">What is asked.</param>
    /// <param name="photo">The photo, read for the first model, its pixels kept.</param>
    /// <param name="places">A place for each question.</param>
    /// <param name="context">The call.</param>
    /// <returns>The answers in the order of the questions.</returns>
    /// <exception cref="InvalidRequestException">A box is wholly outside of the photo, or a model has several classes like the first one's.</exception>
    /// <exception cref="NotFoundException">A model does not know the first one's class.</exception>
    public async Task<JudgedAnswer[]> RunAsync(CheckedCompareModelsRequest request, Photo photo, Reservations places, ServerCallContext context)
    {
        var plan = request.Plan.Of(photo);
        var spare = photo with { Input = photo.Input.Copy() };
        var first = places[0].Submit(photo, request.Questions[0], context.CancellationToken);
        var questions = request.IsClassKnown ? request.Questions : await OfItsClassAsync(request.Questions, first);
        var others = questions.Index().Skip(1).Select(asked => AskAsync(asked.Item, plan, photo, places[asked.Index], context));
        return await Task.WhenAll(others.Prepend(JudgeAsync(questions[0], plan, photo, spare, first, context)));
    }

    private static async Task<IReadOnlyList<CheckedExplainRequest>> OfItsClassAsync(
        IReadOnlyList<CheckedExplainRequest> questions, ExplanationRequest first)
    {
        var faults = new Violations();
        var classIndex = Ranking.Top((await first.Prediction).Logits, 1)[0];
        CheckedExplainRequest[] named = [.. ComparisonReader.WithClass(questions, classIndex, faults)];
        faults.ThrowIfAny();
        return [questions[0], .. named.Skip(1)];
    }

    private async Task<JudgedAnswer> AskAsync(
        CheckedExplainRequest question, MeasurePlan plan, Photo photo, Reservation place, ServerCallContext context)
    {
        var own = await photos.ReadAgainAsync(photo, question.Model, context.CancellationToken);
        var spare = own with { Input = own.Input.Copy() };
        return await JudgeAsync(question, plan, own, spare, place.Submit(own, question, context.CancellationToken), context);
    }

    private async Task<JudgedAnswer> JudgeAsync(
        CheckedExplainRequest question, MeasurePlan plan, Photo photo, Photo spare, ExplanationRequest inference, ServerCallContext context)
    {
        var answer = await AnsweredQuestion.OfAsync(question, photo, inference, context.CancellationToken);
        var judge = new MapJudge(question.Model, question.Layers, plan, InputGrid.Of(photo.Input), metrics);
        var score = JudgedScore.OfLogit(answer.ClassIndex);
        var map = score.Judged(answer.Map.Map);
        using var place = question.Model.Reserve(context, question.View);
        var judged = place.Inspect<MapJudgement>(
            spare, inspected => [judge.Judge(inspected, score, map, judge.Losses(inspected, score))], context.CancellationToken);
        return new JudgedAnswer(answer, await judged.Items.FirstAsync(context.CancellationToken));
    }
}
