using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to judge maps, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layers">Where.</param>
/// <param name="Methods">How.</param>
/// <param name="Plan">What is measured.</param>
internal sealed record CheckedEvaluateRequest(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    IReadOnlyList<CutLayer> Layers,
    IReadOnlyList<IExplanationMethod> Methods,
    MeasurePlan Plan)
{
    /// <summary>What a sum of a border and a width may be beyond the photo for the digits it lost, in pixels.</summary>
    private const double Slack = 1e-6;

    /// <exception cref="InvalidRequestException">A box reaches beyond the photo.</exception>
    public void EnsureWithin(Photo photo)
    {
        var faults = new Violations();
        for (var i = 0; i < Plan.Boxes.Count; i++)
        {
            var box = Plan.Boxes[i];
            if (box.Left < 0 || box.Top < 0 || box.Right > photo.Width + Slack || box.Bottom > photo.Height + Slack)
            {
                var borders = FormattableString.Invariant($"from {box.Left}, {box.Top} to {box.Right}, {box.Bottom}");
                faults.Invalid($"boxes[{i}]", $"{borders} it reaches beyond the photo, which is {photo.Width} x {photo.Height} pixels");
            }
        }
        faults.ThrowIfAny();
    }
}
