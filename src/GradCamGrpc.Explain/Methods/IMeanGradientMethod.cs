using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// A method in which a channel's weight follows from its mean gradient alone. The maps of many images are then one product, and where the
/// gradient of all positions is the same one it need not be spread over them.
/// </summary>
public interface IMeanGradientMethod : IChannelWeightMethod
{
    bool ICamMethod.ReadsMeanGradientOnly => true;

    /// <summary>The channels' weights.</summary>
    /// <param name="means">The mean of dScore/dA over the positions, [..., C].</param>
    /// <param name="positions">How many positions there are, h·w.</param>
    /// <returns>[..., C].</returns>
    Tensor Weights(Tensor means, int positions);

    Tensor IChannelWeightMethod.Weights(Tensor activations, Tensor gradients) =>
        Weights(gradients.mean([2, 3]), (int)(activations.shape[1] * activations.shape[2]));
}
