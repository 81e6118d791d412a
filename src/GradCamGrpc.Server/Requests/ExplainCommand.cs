using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layer">Where.</param>
/// <param name="Method">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
internal sealed record ExplainCommand(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    CutLayer Layer,
    ICamMethod Method,
    IReadOnlyList<OutputForm> Outputs)
{
    /// <exception cref="InvalidRequestException">A picture of the photo's size does not fit the format it is asked for in.</exception>
    public void EnsureWritable(Photo photo)
    {
        var faults = new Violations();
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i] is OutputForm.Picture { Writing.Format: PictureFormat.Webp } && photo.LongerSide > PictureEncoder.MaxWebpSide)
                faults.Invalid($"outputs[{i}]", $"WebP holds {PictureEncoder.MaxWebpSide} pixels a side, the photo has {photo.LongerSide}");
        }
        faults.ThrowIfAny();
    }
}
