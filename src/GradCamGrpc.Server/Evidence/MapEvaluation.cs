using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Makes the maps of one photo and judges each, on the model's thread.</summary>
/// <param name="request">What is asked.</param>
/// <param name="grid">The photo's input.</param>
/// <param name="metrics">Told how long it takes.</param>
internal sealed class MapEvaluation(CheckedEvaluateRequest request, InputGrid grid, ServerMetrics metrics)
{
    /// <summary>How many maps that know nothing there are.</summary>
    public const int Baselines = 2;

    private readonly MeasurePlan _plan = request.Plan;
    private readonly BoundingBox[] _boxes = [.. request.Plan.Boxes.Select(grid.FromPhoto)];
    private readonly OcclusionCorrelation _occlusion = new(request.Plan.Occlusion);

    /// <summary>A score that is explained, by the target that asks for it.</summary>
    private sealed record Subject(int TargetIndex, ScoreChoice Choice, ChosenScore Score)
    {
        public ScoreTarget Target => Score.Target;

        /// <summary>What curves follow.</summary>
        public ScoreTarget Followed => OnlyClass is { } index ? ScoreTarget.Of(index, ScoreLink.Probability) : Target;

        /// <summary>The class that alone the score speaks for; null where there is none.</summary>
        public int? OnlyClass => Choice.IsForOneClass ? Score.ClassIndex : null;
    }

    /// <summary>Judges map by map. No dispose scope is open between two of them.</summary>
    /// <exception cref="NonFiniteException">A map, or the score of a changed photo, is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<MapJudgement> Run(InspectedPhoto photo)
    {
        Subject[] subjects =
            [.. request.Targets.SelectMany((target, i) => target.Scores(photo.Logits).Select(score => new Subject(i, target.Score, score)))];
        var maps = ImageMaps.Of(
            photo.Network, photo.Image, request.Layers, [.. subjects.Select(subject => subject.Target)], request.Methods, photo.Cancellation);
        foreach (var (subject, made) in subjects.Zip(maps))
        {
            var losses = new Lazy<HeatMap>(() => _occlusion.Losses(photo.Network, photo.Image, subject.Target, photo.Cancellation));
            foreach (var judged in ToJudge(subject, made))
            {
                photo.Cancellation.ThrowIfCancellationRequested();
                yield return Judge(photo, subject, judged, losses);
            }
        }
    }

    private List<JudgedMap> ToJudge(Subject subject, IReadOnlyList<Explain.SaliencyMap> maps)
    {
        if (maps.FirstOrDefault(map => !map.IsFinite) is { } damaged)
            throw new NonFiniteException($"the values of the {damaged.Method.Name} map of {subject.Score.Name}");
        List<JudgedMap> judged =
            [.. maps.Select(map => new JudgedMap(subject.TargetIndex, subject.Score.ClassIndex, map.Score, HeatMap.Of(map), map, Baseline.Unspecified))];
        if (_plan.IncludesBaselines)
        {
            // As coarse as a layer's map, so that they lose for what they know, not for how they look.
            var (height, width) = (request.Layers[0].Height, request.Layers[0].Width);
            judged.Add(judged[0] with { Heat = RandomMap.Of(height, width, _plan.Seed), Map = null, Baseline = Baseline.Random });
            judged.Add(judged[0] with { Heat = CentredBlob.Of(height, width), Map = null, Baseline = Baseline.CentredBlob });
        }
        return judged;
    }

    private MapJudgement Judge(InspectedPhoto photo, Subject subject, JudgedMap judged, Lazy<HeatMap> losses)
    {
        using var stage = metrics.Measure(Stage.Evidence, request.Model.Name);
        using var scope = NewDisposeScope();
        var heat = judged.Heat.ResizedTo(grid.Height, grid.Width);
        var rectified = new Lazy<HeatMap>(() => Rectified(judged.Heat).ResizedTo(grid.Height, grid.Width));
        return new MapJudgement(
            judged,
            subject.OnlyClass is not null,
            Finite(_plan.Has(Measure.Insertion)
                ? _plan.Curves.Insertion(photo.Network, photo.Image, heat, subject.Followed, photo.Cancellation)
                : null),
            Finite(_plan.Has(Measure.Deletion)
                ? _plan.Curves.Deletion(photo.Network, photo.Image, heat, subject.Followed, photo.Cancellation)
                : null),
            _plan.Has(Measure.OcclusionCorrelation) ? OcclusionCorrelation.Compare(heat, losses.Value) : null,
            _plan.Has(Measure.Pointing) ? Pointing(rectified.Value) : null,
            _plan.Has(Measure.EnergyInside) ? HeatEnergy.ShareInside(rectified.Value.Values.Span, grid.Width, _boxes) : null,
            _plan.Has(Measure.Sensitivity) ? Shake(photo, subject, judged) : null,
            stage.Elapsed);
    }

    private PointingOutcome Pointing(HeatMap rectified)
    {
        var peak = PointingGame.Peak(rectified.Values.Span, grid.Width);
        return new PointingOutcome(peak, PointingGame.IsHit(peak, _boxes));
    }

    /// <summary>A baseline is the same for every photo.</summary>
    private double? Shake(InspectedPhoto photo, Subject subject, JudgedMap judged)
    {
        if (judged.Map is not { } map)
            return 0;
        IReadOnlyList<CutLayer> layers = map.Layer is { } layer ? [layer] : request.Layers;
        IReadOnlyList<IExplanationMethod> methods = [map.Method];
        return _plan.Sensitivity.Max(
            image => ImageMaps.Of(photo.Network, image, layers, [subject.Target], methods, photo.Cancellation)[0][0].Values.ToArray(),
            photo.Image,
            photo.Cancellation);
    }

    private static HeatMap Rectified(HeatMap heat)
    {
        var values = heat.Values.ToArray();
        foreach (ref var value in values.AsSpan())
            value = Math.Max(value, 0);
        return new HeatMap(heat.Height, heat.Width, values);
    }

    private static PixelCurve? Finite(PixelCurve? curve) => curve is null || double.IsFinite(curve.Area)
        ? curve
        : throw new NonFiniteException("the network's outputs for changed photos");
}
