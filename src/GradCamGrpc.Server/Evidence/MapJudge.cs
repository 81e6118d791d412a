using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Judges a model's maps of one photo, on a thread of the model's workers.</summary>
/// <param name="model">The model's name.</param>
/// <param name="layers">Where it is explained.</param>
/// <param name="plan">What is measured, its boxes on the photo.</param>
/// <param name="grid">The photo's input.</param>
/// <param name="metrics">Told how long it takes.</param>
internal sealed class MapJudge(string model, IReadOnlyList<CutLayer> layers, MeasurePlan plan, InputGrid grid, ServerMetrics metrics)
{
    private readonly BoundingBox[] _boxes = [.. plan.Boxes.Boxes.Select(grid.FromPhoto)];
    private readonly OcclusionCorrelation _occlusion = new(plan.Occlusion);

    /// <summary>What is lost of a score where a patch covers the photo, computed when it is first asked for; its maps share it.</summary>
    public Lazy<HeatMap> Losses(InspectedPhoto inspected, JudgedScore score) =>
        new(() =>
        {
            try
            {
                return _occlusion.Losses(inspected.Network, inspected.Image, score.Target, inspected.Cancellation);
            }
            catch (NotFiniteNumberException)
            {
                throw NotFinite();
            }
        });

    /// <summary>Judges a map.</summary>
    /// <param name="inspected">The photo.</param>
    /// <param name="score">The score that the map explains.</param>
    /// <param name="judged">The map.</param>
    /// <param name="losses">What is lost of the score where a patch covers the photo.</param>
    /// <exception cref="NonFiniteException">The score of a changed photo, or its map, is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public MapJudgement Judge(InspectedPhoto inspected, JudgedScore score, JudgedMap judged, Lazy<HeatMap> losses)
    {
        using var stage = metrics.Measure(Stage.Evidence, model);
        using var scope = NewDisposeScope();
        var heat = judged.Heat.ResizedTo(grid.Height, grid.Width);
        var rectified = new Lazy<HeatMap>(() => Rectified(judged.Heat).ResizedTo(grid.Height, grid.Width));
        return new MapJudgement(
            judged,
            score.FollowsProbability,
            Finite(plan.Has(Measure.Insertion)
                ? plan.Curves.Insertion(inspected.Network, inspected.Image, heat, score.Followed, inspected.Cancellation)
                : null),
            Finite(plan.Has(Measure.Deletion)
                ? plan.Curves.Deletion(inspected.Network, inspected.Image, heat, score.Followed, inspected.Cancellation)
                : null),
            plan.Has(Measure.OcclusionCorrelation) ? OcclusionCorrelation.Compare(heat, losses.Value) : null,
            plan.Has(Measure.Pointing) ? Pointing(rectified.Value) : null,
            plan.Has(Measure.EnergyInside) ? HeatEnergy.ShareInside(rectified.Value.Values.Span, grid.Width, _boxes) : null,
            Finite(plan.Has(Measure.Sensitivity) ? Shake(inspected, score, judged) : null),
            stage.Elapsed);
    }

    private PointingOutcome Pointing(HeatMap rectified)
    {
        var peak = PointingGame.Peak(rectified.Values.Span, grid.Width);
        return new PointingOutcome(peak, PointingGame.IsHit(peak, _boxes));
    }

    /// <summary>A baseline is the same for every photo.</summary>
    private double? Shake(InspectedPhoto inspected, JudgedScore score, JudgedMap judged)
    {
        if (judged.Map is not { } map)
            return 0;
        IReadOnlyList<CutLayer> where = map.Layer is { } layer ? [layer] : layers;
        IReadOnlyList<IExplanationMethod> methods = [map.Method];
        return plan.Sensitivity.Max(
            image => Explain.ImageMaps.Of(inspected.Network, image, where, [score.Target], methods, inspected.Cancellation)[0][0].Values.ToArray(),
            inspected.Image,
            inspected.Cancellation);
    }

    private static HeatMap Rectified(HeatMap heat)
    {
        var values = heat.Values.ToArray();
        foreach (ref var value in values.AsSpan())
            value = Math.Max(value, 0);
        return new HeatMap(heat.Height, heat.Width, values);
    }

    private static PixelCurve? Finite(PixelCurve? curve) => curve is null || double.IsFinite(curve.Area) ? curve : throw NotFinite();

    private static double? Finite(double? sensitivity) => sensitivity is null || double.IsFinite(sensitivity.Value)
        ? sensitivity
        : throw new NonFiniteException("the maps of changed photos");

    private static NonFiniteException NotFinite() => new("the network's outputs for changed photos");
}
