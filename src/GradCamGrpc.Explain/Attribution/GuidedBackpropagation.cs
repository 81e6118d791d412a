using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// The gradient of the score with respect to each colour of each pixel, of which ReLUs let only what is positive pass (Springenberg et al.
/// 2015, section 3.4). It shows what the network sees, and hardly depends on the score.
/// </summary>
public sealed class GuidedBackpropagation : IAttributionMethod
{
    /// <inheritdoc />
    public string Name => "guided-backpropagation";

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 3;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => Rectifiers.Objection(network);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task) =>
        task.Network.ImageGradients(task.Image, task.Targets, GradientRule.Guided, task.Cancellation).squeeze(1);
}
