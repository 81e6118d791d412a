using Google.Protobuf.Collections;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads what is to be measured of maps.</summary>
internal static class MeasureReader
{
    private const int DefaultSteps = 20;
    private const int MaxSteps = 200;
    private const double MinSigma = 0.1;
    private const double MaxSigma = 50;
    private const int MaxSamples = 100;
    private const double MaxRadius = 1;

    private static readonly Measure[] OfAnyPhoto = [Measure.Insertion, Measure.Deletion, Measure.OcclusionCorrelation];
    private static readonly Measure[] OfBoxes = [Measure.Pointing, Measure.EnergyInside];

    /// <returns>Null where something is wrong.</returns>
    public static MeasurePlan? Read(EvaluateRequest request, IReadOnlyList<IExplanationMethod> methods, Violations faults)
    {
        var boxes = PhotoBoxes.Read(request.Boxes, faults);
        var measures = Measures(request.Measures, request.Boxes.Count > 0, methods, faults);
        var curves = Curves(request.Curves ?? new CurveOptions(), "curves", faults);
        var occlusion = MethodReader.Occluding(request.Occlusion ?? new Occlusion(), "occlusion", faults);
        var sensitivity = Shaking(request.Sensitivity ?? new SensitivityOptions(), request.Seed, "sensitivity", faults);
        return curves is null || occlusion is null || sensitivity is null
            ? null
            : new MeasurePlan(measures, boxes, request.IncludeBaselines, curves, occlusion, sensitivity, request.Seed);
    }

    /// <summary>What is measured where a client chooses nothing.</summary>
    /// <param name="boxes">Where the thing is.</param>
    /// <param name="faults">What is wrong with the boxes.</param>
    public static MeasurePlan ReadDefault(RepeatedField<PixelRectangle> boxes, Violations faults) =>
        Read(new EvaluateRequest { Boxes = { boxes } }, methods: [], faults) ?? throw new InvalidOperationException("a default is out of its range");

    private static HashSet<Measure> Measures(
        RepeatedField<Measure> named, bool hasBoxes, IReadOnlyList<IExplanationMethod> methods, Violations faults)
    {
        if (named.Count == 0)
            return [.. OfAnyPhoto, .. hasBoxes ? OfBoxes : []];
        var measures = new HashSet<Measure>();
        for (var i = 0; i < named.Count; i++)
        {
            var field = $"measures[{i}]";
            if (named[i] is Measure.Unspecified)
                faults.Invalid(field, "a measure is needed");
            else if (!Enum.IsDefined(named[i]))
                faults.Invalid(field, $"{(int)named[i]} is not a known measure");
            else if (!measures.Add(named[i]))
                faults.Invalid(field, "it is named twice");
            else if (OfBoxes.Contains(named[i]) && !hasBoxes)
                faults.Invalid(field, "it needs boxes: where is the thing?");
            else if (named[i] is Measure.Sensitivity && methods.FirstOrDefault(method => method.IsSlow) is { } slow)
                faults.Invalid(field, $"it makes the map again for each sample, and {slow.Name} takes too many passes for one: ask for them apart");
        }
        return measures;
    }

    private static PixelCurves? Curves(CurveOptions options, string field, Violations faults)
    {
        var steps = options.HasStepCount ? options.StepCount : DefaultSteps;
        var sigma = options.HasBlurSigma ? options.BlurSigma : PixelCurves.DefaultSigma;
        var isRight = faults.Within($"{field}.step_count", steps, 1, MaxSteps);
        if (!Enum.IsDefined(options.Canvas))
        {
            faults.Invalid($"{field}.canvas", $"{(int)options.Canvas} is not a known canvas");
            isRight = false;
        }
        isRight &= faults.Within($"{field}.blur_sigma", sigma, MinSigma, MaxSigma);
        var canvas = options.Canvas is Protos.V1.InsertionCanvas.Grey
            ? Explain.Evidence.InsertionCanvas.Grey
            : Explain.Evidence.InsertionCanvas.Blurred;
        return isRight ? new PixelCurves(steps, canvas, sigma) : null;
    }

    private static Sensitivity? Shaking(SensitivityOptions options, ulong seed, string field, Violations faults)
    {
        var samples = options.HasSampleCount ? options.SampleCount : Sensitivity.DefaultSamples;
        var radius = options.HasRadius ? options.Radius : Sensitivity.DefaultRadius;
        var isRight = faults.Within($"{field}.sample_count", samples, 1, MaxSamples);
        if (radius is not (> 0 and <= MaxRadius))
        {
            faults.Invalid($"{field}.radius", $"{radius} is not above 0 and up to {MaxRadius}");
            isRight = false;
        }
        return isRight ? new Sensitivity(samples, radius, seed) : null;
    }
}
