using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Requests;

/// <summary>What requests for maps have in common, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="View">Makes the network's input of the photo.</param>
/// <param name="Layers">Where: layers as they are for inputs of that view.</param>
/// <param name="Fusion">How the layers' maps are made into one; null where each layer keeps its own.</param>
/// <param name="Methods">How.</param>
/// <param name="Outputs">What is returned for each map.</param>
internal abstract record MapQuestion(
    ModelInstance Model,
    Preprocessor View,
    IReadOnlyList<CutLayer> Layers,
    FusionRule? Fusion,
    IReadOnlyList<IExplanationMethod> Methods,
    IReadOnlyList<OutputForm> Outputs)
{
    /// <summary>Whether something as large as the photo is drawn or written, so that its pixels are needed until then.</summary>
    public virtual bool IsDrawn => Outputs.Any(output => output is OutputForm.Picture or OutputForm.Raw { Grid: MapGrid.Image });

    /// <summary>Whether it takes time to make a map's outputs.</summary>
    public bool TakesTime => IsDrawn || Outputs.Any(output => output is OutputForm.Boxes);

    /// <summary>How many maps are returned of a score.</summary>
    public int MapsPerScore => Methods.Sum(method => method.UsesLayer && Fusion is null ? Layers.Count : 1);

    /// <summary>The maps as they are returned: those of several layers in one, where that is asked.</summary>
    /// <param name="maps">The maps of each layer.</param>
    public IAsyncEnumerable<ReadyMap> Fused(IAsyncEnumerable<ReadyMap> maps) =>
        Fusion is { } rule ? new LayerFuser(rule, Layers.Count).FuseAsync(maps) : maps;

    /// <summary>Checks that what is asked for can be written, where each map has an answer of its own.</summary>
    /// <param name="photo">The photo's size.</param>
    /// <exception cref="InvalidRequestException">Something of the photo's size fits neither its format nor a message.</exception>
    public void EnsureWritable(ImageSize photo)
    {
        var faults = new Violations();
        CheckWritable(photo, faults);
        faults.ThrowIfAny();
    }

    /// <summary>Finds out whether what is asked for can be written.</summary>
    public virtual void CheckWritable(ImageSize photo, Violations faults) => AnswerLimits.Check([new PlannedMap(this, photo)], faults);
}
