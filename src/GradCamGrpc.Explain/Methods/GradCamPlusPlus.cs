using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// Grad-CAM++: a channel's weight is the sum of its positive gradients, each weighted so that every occurrence of the class counts alike
/// however large it is (Chattopadhay et al. 2018, eq. 19).
/// </summary>
public sealed class GradCamPlusPlus : IChannelWeightMethod
{
    // The reference's: keeps a channel without gradient or activation finite.
    private const double DivisionGuard = 1e-6;

    /// <inheritdoc />
    public string Name => "grad-cam-plus-plus";

    /// <inheritdoc />
    public Tensor Weights(Tensor activations, Tensor gradients)
    {
        var squares = gradients * gradients;
        var sums = activations.sum([1, 2], keepdim: true);                                      // [C, 1, 1]
        var shares = squares / squares.Times(2).Plus(sums * squares * gradients).Plus(DivisionGuard);   // α, [K, C, h, w]
        shares = where(gradients.EqualTo(0), zeros_like(shares), shares);
        return (shares * gradients.relu()).sum([2, 3]);
    }
}
