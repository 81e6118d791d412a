using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>Element-wise Grad-CAM: as HiResCAM, but what speaks against the score is left out before the sum (pytorch-grad-cam, 2021).</summary>
public sealed class ElementWiseGradCam : IChannelwiseMethod
{
    /// <inheritdoc />
    public string Name => "element-wise-grad-cam";

    /// <inheritdoc />
    public Tensor Contributions(Tensor activations, Tensor gradients) => (gradients * activations).relu();
}
