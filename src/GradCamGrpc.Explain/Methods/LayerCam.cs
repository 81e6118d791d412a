using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>LayerCAM: each position is weighted by its own gradient where that is positive (Jiang et al. 2021, eq. 7 and 8).</summary>
public sealed class LayerCam : IChannelwiseMethod
{
    /// <inheritdoc />
    public string Name => "layer-cam";

    /// <inheritdoc />
    public Tensor Contributions(Tensor activations, Tensor gradients) => gradients.relu() * activations;
}
