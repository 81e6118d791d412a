using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>HiResCAM: activations times gradients, position by position, summed over the channels (Draelos and Carin 2020, eq. 6).</summary>
public sealed class HiResCam : IChannelwiseMethod
{
    /// <inheritdoc />
    public string Name => "hires-cam";

    /// <inheritdoc />
    public Tensor Contributions(Tensor activations, Tensor gradients) => gradients * activations;
}
