using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Comparison;

/// <summary>Asks several models about one photo, all at once.</summary>
internal sealed class ModelComparer(PhotoReader photos, ServerMetrics metrics)
{
    /// <param name="request">What is asked.</param>
    /// <param name="photo">The photo, read for the first model, its pixels kept.</param>
    /// <param name="places">A place for each question.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>The answers in the order of the questions.</returns>
    /// <exception cref="InvalidRequestException">A box is wholly outside of the photo, or a model has several classes like the first one's.</exception>
    /// <exception cref="NotFoundException">A model does not know the first one's class.</exception>
    public async Task<JudgedAnswer[]> RunAsync(
        CheckedCompareModelsRequest request, Photo photo, Reservations places, Caller caller, CancellationToken cancellation)
    {
        var plan = request.Plan.Of(photo);
        var spare = photo with { Input = photo.Input.Copy() };

        // Where one model fails, nobody waits for the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var first = places[0].Submit(photo, request.Questions[0], stop.Token);
            var questions = request.IsClassKnown ? request.Questions : await OfItsClassAsync(request.Questions, first);
            Task<JudgedAnswer>[] answers =
            [
                JudgeAsync(questions[0], plan, photo, spare, first, caller, stop.Token),
                .. questions.Index().Skip(1).Select(asked => AskAsync(asked.Item, plan, photo, places[asked.Index], caller, stop.Token)),
            ];
            await JoinedTasks.WhenAllAsync(answers, stop);
            return await Task.WhenAll(answers);
        }
        finally
        {
            await stop.CancelAsync();
        }
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
        CheckedExplainRequest question, MeasurePlan plan, Photo photo, Reservation place, Caller caller, CancellationToken cancellation)
    {
        var own = await photos.ReadAgainAsync(photo, question.Model, cancellation);
        var spare = own with { Input = own.Input.Copy() };
        return await JudgeAsync(question, plan, own, spare, place.Submit(own, question, cancellation), caller, cancellation);
    }

    private async Task<JudgedAnswer> JudgeAsync(
        CheckedExplainRequest question,
        MeasurePlan plan,
        Photo photo,
        Photo spare,
        ExplanationRequest inference,
        Caller caller,
        CancellationToken cancellation)
    {
        var answer = await AnsweredQuestion.OfAsync(question, photo, inference, cancellation);
        var judge = new MapJudge(question.Model.Name, question.Layers, plan, InputGrid.Of(photo.Input), metrics);
        var score = JudgedScore.OfLogit(answer.ClassIndex);
        var map = score.Judged(answer.Map.Map);
        using var place = question.Model.Reserve(caller, question.View);
        var judged = place.Inspect<MapJudgement>(
            spare, inspected => [judge.Judge(inspected, score, map, judge.Losses(inspected, score))], cancellation);
        return new JudgedAnswer(answer, await judged.Items.FirstAsync(cancellation));
    }
}
