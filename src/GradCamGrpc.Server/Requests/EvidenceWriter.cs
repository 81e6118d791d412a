using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>Turns what was measured of maps into messages.</summary>
internal static class EvidenceWriter
{
    /// <param name="model">Whose map was judged.</param>
    /// <param name="photo">The photo as the model took it.</param>
    /// <param name="target">The target that asked for the map.</param>
    /// <param name="figures">What was measured.</param>
    public static MapEvidence Map(ModelInstance model, Photo photo, TargetChoice target, MapJudgement figures)
    {
        var judged = figures.Judged;
        var evidence = new MapEvidence
        {
            TargetIndex = judged.TargetIndex,
            AllZero = new HeatGrid(judged.Heat.Width, judged.Heat.Height, judged.Heat.Values).IsAllZero,
            Insertion = Curve(figures.Insertion, figures.FollowsProbability),
            Deletion = Curve(figures.Deletion, figures.FollowsProbability),
            Pointing = figures.Pointing is { } pointing ? Pointing(pointing, photo) : null,
            Duration = Duration.FromTimeSpan(figures.Elapsed),
        };
        if (figures.OcclusionCorrelation is { } correlation)
            evidence.OcclusionCorrelation = correlation;
        if (figures.EnergyInside is { } energy)
            evidence.EnergyInside = energy;
        if (figures.Sensitivity is { } sensitivity)
            evidence.Sensitivity = sensitivity;
        if (judged.Map is { } map)
            evidence.Map = ResponseWriter.Provenance(model, photo, target, judged.ClassIndex, map);
        else
        {
            evidence.Baseline = new BaselineProvenance
            {
                Baseline = judged.Baseline,
                Score = ScoreWriter.Write(model, target, judged.ClassIndex, judged.Score),
                NativeSize = ResponseWriter.Size(judged.Heat.Width, judged.Heat.Height),
            };
        }
        return evidence;
    }

    public static SanitySubject Subject(SanityPlan plan, ClassificationPrediction prediction, SanityStep.Started started) => new()
    {
        Prediction = prediction,
        Score = ScoreWriter.Write(plan.Request.Model, plan.Request.Target, plan.Score.ClassIndex, started.Score),
        Layer = plan.Request.Layer.Name,
        Modules = { started.Modules },
        CheckpointCount = Math.Min(plan.Request.CheckpointCount, started.Modules.Count),
    };

    public static Protos.V1.SanityCheckpoint Checkpoint(SanityPlan plan, Explain.Evidence.SanityCheckpoint checkpoint) => new()
    {
        Module = checkpoint.Module,
        RandomizedModuleCount = checkpoint.RandomizedCount,
        Similarities = { plan.Request.Methods.Zip(checkpoint.Maps[0], Similarity) },
    };

    private static MethodSimilarity Similarity(Explain.Methods.IExplanationMethod method, MapSimilarity similarity)
    {
        var message = new MethodSimilarity
        {
            Method = MethodReader.Write(method),
            AllZero = similarity.IsAllZero,
            NotFinite = !similarity.IsFinite,
        };
        if (similarity.Structural is { } structural)
            message.StructuralSimilarity = structural;
        if (similarity.Rank is { } rank)
            message.RankCorrelation = rank;
        return message;
    }

    private static ScoreCurve? Curve(PixelCurve? curve, bool followsProbability) => curve is null ? null : new ScoreCurve
    {
        Points = { curve.Points.Select(point => new CurvePoint { Share = point.Share, Score = point.Score }) },
        Area = curve.Area,
        Score = followsProbability ? CurveScore.Probability : CurveScore.Explained,
    };

    private static Pointing Pointing(PointingOutcome outcome, Photo photo)
    {
        var pointing = new Pointing { Hits = outcome.Hits };
        if (outcome.Peak is { } peak)
        {
            var (x, y) = InputGrid.Of(photo.Input).ToPhoto(peak);
            pointing.InputPeak = new PixelPoint { X = x, Y = y };
        }
        return pointing;
    }
}
