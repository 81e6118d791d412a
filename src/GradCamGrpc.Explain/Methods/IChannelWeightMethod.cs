using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>A method in which a channel contributes its activations times one weight for all positions.</summary>
public interface IChannelWeightMethod : IChannelwiseMethod
{
    /// <summary>The channels' weights for K scores of one image.</summary>
    /// <param name="activations">A, [C, h, w].</param>
    /// <param name="gradients">dScore/dA, [K, C, h, w]; often an expanded view.</param>
    /// <returns>[K, C].</returns>
    Tensor Weights(Tensor activations, Tensor gradients);

    Tensor IChannelwiseMethod.Contributions(Tensor activations, Tensor gradients) =>
        ChannelReduction.Weighted(activations, Weights(activations, gradients));

    Tensor ICamMethod.Map(Tensor activations, Tensor gradients) =>
        ChannelReduction.WeightedSum(activations, Weights(activations, gradients));
}
