using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>The gradient of the score with respect to each colour of each pixel, signed (Simonyan et al. 2014, section 3).</summary>
public sealed class Saliency : IAttributionMethod
{
    /// <inheritdoc />
    public string Name => "saliency";

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 3;

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task) =>
        task.Network.ImageGradients(task.Image, task.Targets, GradientRule.Derivative, task.Cancellation).squeeze(1);
}
