using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Comparison;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns comparisons into messages, pictures included, on the thread of the call.</summary>
internal sealed class ComparisonWriter(ResponseWriter writer)
{
    /// <param name="request">What was asked.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="forward">The prediction.</param>
    /// <param name="maps">The maps, by the indices of their targets.</param>
    public CompareResponse Compared(CheckedCompareRequest request, Photo photo, ForwardResult forward, IReadOnlyList<ReadyMap> maps)
    {
        var (question, model) = (request.Question, request.Question.Model);
        var predicted = maps[CheckedCompareRequest.Predicted];
        var response = new CompareResponse
        {
            Prediction = ResponseWriter.Prediction(model, photo, forward, question.PredictionTopK),
            IsRight = predicted.ClassIndex == request.TrueClass,
            TrueClass = ResponseWriter.Ranked(model, forward, request.TrueClass),
            PredictedMap = Map(question, photo, predicted),
        };
        if (response.IsRight)
            return response;
        response.TrueMap = Map(question, photo, maps[CheckedCompareRequest.True]);
        response.ContrastMap = Map(question, photo, maps[CheckedCompareRequest.Contrast]);
        if (Correlation(predicted, maps[CheckedCompareRequest.True]) is { } correlation)
            response.RankCorrelation = correlation;
        return response;
    }

    /// <param name="outcome">What came of changing a photo.</param>
    public PerturbResponse Perturbed(AttackOutcome outcome)
    {
        var response = new PerturbResponse
        {
            Before = Explained(outcome.Before),
            After = Explained(outcome.After),
            ChangedPhoto = ResponseWriter.Encode(outcome.After.Photo.Drawing!.Pixels, new ImageWriting(PictureFormat.Png, Quality: 100)),
            LargestChange = outcome.Attacked.LargestChange,
        };
        response.IsClassLost = response.Before.Class.Rank == 1 && response.After.Class.Rank > 1;
        if (Correlation(outcome.Before.Map, outcome.After.Map) is { } correlation)
            response.RankCorrelation = correlation;
        return response;
    }

    /// <param name="answers">What the models said, the first the one that the others are compared with.</param>
    /// <param name="boxes">Where the object is; empty where that is not known.</param>
    public CompareModelsResponse Compared(IReadOnlyList<JudgedAnswer> answers, IReadOnlyList<BoundingBox> boxes) =>
        new() { Models = { answers.Select(answer => Compared(answer, answers[0].Answer, boxes)) } };

    private ComparedModel Compared(JudgedAnswer judged, AnsweredQuestion first, IReadOnlyList<BoundingBox> boxes)
    {
        var explained = Explained(judged.Answer);
        var compared = new ComparedModel
        {
            Prediction = explained.Prediction,
            Class = explained.Class,
            Map = explained.Map,
            Figures = Figures(judged, boxes),
        };
        if (Grid(first.Photo).Correlation(first.Map.Map, judged.Answer.Map.Map, judged.Answer.Photo.Input.Crop) is { } correlation)
            compared.RankCorrelation = correlation;
        return compared;
    }

    private static TrustFigures Figures(JudgedAnswer judged, IReadOnlyList<BoundingBox> boxes)
    {
        var figures = new TrustFigures
        {
            InsertionArea = judged.Faithfulness.InsertionArea,
            DeletionArea = judged.Faithfulness.DeletionArea,
        };
        if (judged.Faithfulness.OcclusionCorrelation is { } correlation)
            figures.OcclusionCorrelation = correlation;
        if (boxes.Count > 0)
        {
            var grid = Grid(judged.Answer.Photo);
            figures.EnergyInside = grid.EnergyInside(judged.Answer.Map.Map, boxes);
            figures.PeakInside = grid.IsPeakInside(judged.Answer.Map.Map, boxes);
        }
        return figures;
    }

    private PhotoExplanation Explained(AnsweredQuestion answer)
    {
        var model = answer.Question.Model;
        return new PhotoExplanation
        {
            Prediction = ResponseWriter.Prediction(model, answer.Photo, answer.Forward, answer.Question.PredictionTopK),
            Class = ResponseWriter.Ranked(model, answer.Forward, answer.ClassIndex),
            Map = Map(answer.Question, answer.Photo, answer.Map),
        };
    }

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

    private static InputGrid Grid(Photo photo) => new(photo.Input.Width, photo.Input.Height, photo.Input.Crop);
}
