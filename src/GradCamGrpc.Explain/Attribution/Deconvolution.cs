using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>The deconvolutional network's way back to the pixels: ReLUs let every positive gradient pass (Zeiler and Fergus 2014, section 2.1).</summary>
public sealed class Deconvolution : IAttributionMethod
{
    /// <inheritdoc />
    public string Name => "deconvolution";

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 3;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => Rectifiers.Objection(network);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task) =>
        task.Network.ImageGradients(task.Image, task.Targets, GradientRule.Deconvolution, task.Cancellation).squeeze(1);
}
