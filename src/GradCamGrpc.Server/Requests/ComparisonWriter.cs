using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns comparisons into messages, pictures included.</summary>
internal sealed class ComparisonWriter(ResponseWriter writer)
{
    /// <param name="request">What was asked.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="forward">The prediction.</param>
    /// <param name="maps">The maps, by the indices of their targets.</param>
    public CompareClassesResponse Compared(CheckedCompareClassesRequest request, Photo photo, ForwardResult forward, IReadOnlyList<ReadyMap> maps)
    {
        var (question, model) = (request.Question, request.Question.Model);
        var predicted = maps[CheckedCompareClassesRequest.Predicted];
        var response = new CompareClassesResponse
        {
            Prediction = ResponseWriter.Prediction(model, photo, forward, question.PredictionTopK),
            Correct = predicted.ClassIndex == request.TrueClass,
            TrueClass = ResponseWriter.Ranked(model, forward, request.TrueClass),
            PredictedMap = Map(question, photo, predicted),
        };
        if (response.Correct)
            return response;
        response.TrueMap = Map(question, photo, maps[CheckedCompareClassesRequest.True]);
        response.ContrastMap = Map(question, photo, maps[CheckedCompareClassesRequest.Contrast]);
        if (Correlation(predicted, maps[CheckedCompareClassesRequest.True]) is { } correlation)
            response.RankCorrelation = correlation;
        return response;
    }

    /// <param name="attack">How the photo was changed.</param>
    /// <param name="outcome">What came of it.</param>
    public PerturbResponse Perturbed(Attack attack, AttackOutcome outcome)
    {
        var response = new PerturbResponse
        {
            Before = Explained(outcome.Before),
            After = Explained(outcome.After),
            ChangedPhoto = ResponseWriter.Encode(outcome.After.Photo.Drawing!.Pixels, new ImageWriting(PictureFormat.Png, Quality: 100)),
            LargestChange = outcome.Attacked.LargestChange,
        };
        response.ClassLost = response.Before.ExplainedClass.Rank == 1 && response.After.ExplainedClass.Rank > 1;
        switch (attack)
        {
            case Attack.Fgsm fgsm:
                response.Fgsm = new Fgsm { Epsilon = fgsm.Epsilon };
                break;
            case Attack.Pgd pgd:
                response.Pgd = Told(pgd);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(attack), attack, "unknown attack");
        }
        if (Correlation(outcome.Before.Map, outcome.After.Map) is { } correlation)
            response.RankCorrelation = correlation;
        return response;
    }

    /// <param name="answers">What the models said, the first the one that the others are compared with.</param>
    public CompareModelsResponse Compared(IReadOnlyList<JudgedAnswer> answers) =>
        new() { Models = { answers.Select(answer => Compared(answer, answers[0].Answer)) } };

    private ComparedModel Compared(JudgedAnswer judged, AnsweredQuestion first)
    {
        var answer = judged.Answer;
        var explained = Explained(answer);
        var compared = new ComparedModel
        {
            Prediction = explained.Prediction,
            ExplainedClass = explained.ExplainedClass,
            Map = explained.Map,
            Evidence = EvidenceWriter.Map(answer.Question.Model, answer.Photo, answer.Question.Targets[0], judged.Judgement),
        };
        if (InputGrid.Of(first.Photo.Input).Correlation(first.Map.Map, answer.Map.Map, answer.Photo.Input.Crop) is { } correlation)
            compared.RankCorrelation = correlation;
        return compared;
    }

    private PhotoExplanation Explained(AnsweredQuestion answer)
    {
        var model = answer.Question.Model;
        return new PhotoExplanation
        {
            Prediction = ResponseWriter.Prediction(model, answer.Photo, answer.Forward, answer.Question.PredictionTopK),
            ExplainedClass = ResponseWriter.Ranked(model, answer.Forward, answer.ClassIndex),
            Map = Map(answer.Question, answer.Photo, answer.Map),
        };
    }

    private static Pgd Told(Attack.Pgd attack) => new()
    {
        Epsilon = attack.Epsilon,
        StepSize = attack.StepSize,
        StepCount = attack.Steps,
        RandomStart = attack.StartSeed is { } seed ? new RandomStart { Seed = seed } : null,
    };

    /// <summary>A map of a request that has no list of targets.</summary>
    private SaliencyMap Map(CheckedExplainRequest question, Photo photo, ReadyMap ready)
    {
        var map = writer.Map(question, photo, ready);
        map.TargetIndex = 0;
        return map;
    }

    /// <summary>The rank correlation of two maps on the same grid.</summary>
    private static double? Correlation(ReadyMap first, ReadyMap second) =>
        RankCorrelation.Spearman(first.Map.Heat().Span, second.Map.Heat().Span);
}
