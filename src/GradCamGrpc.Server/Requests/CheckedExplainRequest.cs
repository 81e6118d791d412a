using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layers">Where.</param>
/// <param name="Fusion">How the layers' maps are made into one; null where each layer keeps its own.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
/// <param name="LabelImages">What is drawn of the maps of each layer and method together.</param>
internal sealed record CheckedExplainRequest(
    ModelInstance Model,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    IReadOnlyList<CutLayer> Layers,
    FusionRule? Fusion,
    IReadOnlyList<IExplanationMethod> Methods,
    IReadOnlyList<OutputForm> Outputs,
    IReadOnlyList<LabelImageChoice> LabelImages)
{
    /// <summary>Whether something as large as the photo is drawn or written, so that its pixels are needed until then.</summary>
    public bool IsDrawn =>
        LabelImages.Count > 0 || Outputs.Any(output => output is OutputForm.Picture or OutputForm.Raw { Grid: MapGrid.Image });

    /// <summary>The maps as they are returned: those of several layers in one, where that is asked.</summary>
    /// <param name="maps">The maps of each layer.</param>
    public IAsyncEnumerable<ReadyMap> Fused(IAsyncEnumerable<ReadyMap> maps)
    {
        var input = Model.Manifest.Preprocessing;
        return Fusion is { } rule ? new LayerFuser(rule, Layers.Count, input.CropHeight, input.CropWidth).FuseAsync(maps) : maps;
    }

    /// <summary>Checks that what is asked for can be written, where each map has an answer of its own.</summary>
    /// <param name="photo">The photo's size.</param>
    /// <exception cref="InvalidRequestException">Something of the photo's size fits neither its format nor a message.</exception>
    public void EnsureWritable(ImageSize photo)
    {
        var faults = new Violations();
        AnswerLimits.Check([new PlannedMap(this, photo)], faults);
        if (LabelImages.Count > 0 && photo.Pixels > AnswerLimits.MaxPicturePixels)
            faults.Invalid("label_images", $"a label image would have {photo.Pixels} pixels; {AnswerLimits.MaxPicturePixels} fit a message");
        faults.ThrowIfAny();
    }
}
