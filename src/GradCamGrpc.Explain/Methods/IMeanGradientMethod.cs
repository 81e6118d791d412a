using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// A method in which a channel's weight is its mean gradient, times a number that only depends on how many positions there are. Where the gradient
/// of all positions is the same one it need not be spread over them, and the maps of many images are one product.
/// </summary>
public interface IMeanGradientMethod : IChannelWeightMethod
{
    /// <summary>What a channel's mean gradient is multiplied by.</summary>
    /// <param name="positions">How many positions there are, h·w.</param>
    int WeightOfMean(int positions);

    /// <summary>Makes the maps of K scores of one image, or of each of N.</summary>
    /// <param name="activations">A, [C, h, w] or [N, C, h, w].</param>
    /// <param name="means">The mean of dScore/dA over the positions, [K, C] or [N, K, C].</param>
    /// <returns>Signed maps, [K, h, w] or [N, K, h, w].</returns>
    sealed Tensor MapOfMeans(Tensor activations, Tensor means) =>
        ChannelReduction.WeightedSum(activations, WeightsOfMeans(means, activations));

    Tensor IChannelWeightMethod.Weights(Tensor activations, Tensor gradients) =>
        WeightsOfMeans(gradients.mean([2, 3]), activations);

    private Tensor WeightsOfMeans(Tensor means, Tensor activations)
    {
        var weight = WeightOfMean((int)(activations.shape[^2] * activations.shape[^1]));
        return weight == 1 ? means : means.Times(weight);
    }
}
