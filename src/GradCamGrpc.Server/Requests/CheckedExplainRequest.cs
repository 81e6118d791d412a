using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>A request to explain classes, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="View">Makes the network's input of the photo.</param>
/// <param name="PredictionTopK">How many classes the prediction lists.</param>
/// <param name="Targets">What is explained.</param>
/// <param name="Layers">Where: layers as they are for inputs of that view.</param>
/// <param name="Fusion">How the layers' maps are made into one; null where each layer keeps its own.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
/// <param name="LabelImages">What is drawn of the maps of each layer and method together.</param>
internal sealed record CheckedExplainRequest(
    ModelInstance Model,
    Preprocessor View,
    int PredictionTopK,
    IReadOnlyList<TargetChoice> Targets,
    IReadOnlyList<CutLayer> Layers,
    FusionRule? Fusion,
    IReadOnlyList<IExplanationMethod> Methods,
    IReadOnlyList<OutputForm> Outputs,
    IReadOnlyList<LabelImageChoice> LabelImages)
    : MapQuestion(Model, View, Layers, Fusion, Methods, Outputs)
{
    /// <inheritdoc />
    public override bool IsDrawn => LabelImages.Count > 0 || base.IsDrawn;

    /// <inheritdoc />
    public override void CheckWritable(ImageSize photo, Violations faults)
    {
        base.CheckWritable(photo, faults);
        if (LabelImages.Count > 0 && photo.Pixels > AnswerLimits.MaxPicturePixels)
            faults.Invalid("label_images", $"a label image would have {photo.Pixels} pixels; {AnswerLimits.MaxPicturePixels} fit a message");
    }
}
