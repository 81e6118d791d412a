using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>XGrad-CAM: a channel's weight is the mean of its gradient, weighted by its activations' share of their sum (Fu et al. 2020, eq. 8).</summary>
public sealed class XGradCam : IChannelWeightMethod
{
    // The reference's: keeps a channel without activation finite.
    private const double DivisionGuard = 1e-7;

    /// <inheritdoc />
    public string Name => "xgrad-cam";

    /// <inheritdoc />
    public Tensor Weights(Tensor activations, Tensor gradients)
    {
        var sums = activations.sum([1, 2]);                                         // [C]
        return (gradients * activations).sum([2, 3]) / sums.Plus(DivisionGuard);
    }
}
