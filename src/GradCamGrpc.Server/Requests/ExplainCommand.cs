using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layers">Where.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
internal sealed record ExplainCommand(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    IReadOnlyList<CutLayer> Layers,
    IReadOnlyList<ICamMethod> Methods,
    IReadOnlyList<OutputForm> Outputs)
{
    /// <summary>A message is in memory several times on its way; the clients' own limits are far lower.</summary>
    private const long MaxRawBytes = 64 << 20;

    /// <exception cref="InvalidRequestException">Something of the photo's size fits neither its format nor a message.</exception>
    public void EnsureWritable(Photo photo)
    {
        var faults = new Violations();
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i] is OutputForm.Picture { Writing.Format: PictureFormat.Webp } && photo.LongerSide > PictureEncoder.MaxWebpSide)
                faults.Invalid($"outputs[{i}]", $"WebP holds {PictureEncoder.MaxWebpSide} pixels a side, the photo has {photo.LongerSide}");
        }
        var onPhotosGrid = Outputs.Count(output => output is OutputForm.Raw { Grid: MapGrid.Image });
        var bytes = (long)onPhotosGrid * photo.Pixels.Width * photo.Pixels.Height * sizeof(float);
        if (bytes > MaxRawBytes)
            faults.Invalid("outputs", $"raw maps on the photo's grid would take {bytes} bytes; {MaxRawBytes} fit a message");
        faults.ThrowIfAny();
    }
}
