using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Decoding;
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
    /// <summary>A message is in memory several times on its way; the clients' own limits are far lower.</summary>
    private const long MaxRawBytes = 64 << 20;

    /// <summary>Of all pictures of a map: a PNG of noise takes three bytes a pixel and more.</summary>
    private const long MaxPicturePixels = 100_000_000;

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

    /// <summary>Checks that what is asked for can be written.</summary>
    /// <param name="photo">The photo's size.</param>
    /// <param name="maps">How many maps share a message.</param>
    /// <exception cref="InvalidRequestException">Something of the photo's size fits neither its format nor a message.</exception>
    public void EnsureWritable(ImageSize photo, int maps = 1)
    {
        var faults = new Violations();
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i] is OutputForm.Coloured { Writing.Format: PictureFormat.Webp } && photo.LongerSide > PictureEncoder.MaxWebpSide)
                faults.Invalid($"outputs[{i}]", $"WebP holds {PictureEncoder.MaxWebpSide} pixels a side, the photo has {photo.LongerSide}");
        }
        var bytes = maps * Outputs.OfType<OutputForm.Raw>().Sum(raw => Pixels(raw.Grid, photo) * Planes(raw.Values) * sizeof(float));
        if (bytes > MaxRawBytes)
            faults.Invalid("outputs", $"the raw maps would take {bytes} bytes; {MaxRawBytes} fit a message");
        var pixels = maps * Outputs.OfType<OutputForm.Picture>().Count() * photo.Pixels;
        if (pixels > MaxPicturePixels)
            faults.Invalid("outputs", $"the pictures would have {pixels} pixels; {MaxPicturePixels} fit a message");
        if (LabelImages.Count > 0 && photo.Pixels > MaxPicturePixels)
            faults.Invalid("label_images", $"a label image would have {photo.Pixels} pixels; {MaxPicturePixels} fit a message");
        faults.ThrowIfAny();
    }

    private long Pixels(MapGrid grid, ImageSize photo) => grid is MapGrid.Image
        ? photo.Pixels
        : (long)Model.Manifest.Preprocessing.CropWidth * Model.Manifest.Preprocessing.CropHeight;

    /// <summary>A fused map has one value a position, whatever its layers' maps had.</summary>
    private int Planes(MapValues values) =>
        values is MapValues.Signed ? Methods.Max(method => Fusion is not null && method.UsesLayer ? 1 : method.Channels) : 1;
}
