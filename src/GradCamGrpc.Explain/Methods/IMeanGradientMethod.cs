using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// A method in which nothing but a channel's mean gradient, and how many positions there are, decides its weight. Where the gradient of all
/// positions is the same one it need not be spread over them, and the maps of many images are one product.
/// </summary>
public interface IMeanGradientMethod : IChannelWeightMethod
{
    /// <summary>The channels' weights, each of its own mean.</summary>
    /// <param name="means">The mean of dScore/dA over the positions, [..., C].</param>
    /// <param name="positions">How many positions there are, h·w.</param>
    /// <returns>[..., C].</returns>
    Tensor WeightsOfMeans(Tensor means, int positions);

    /// <summary>Makes the maps of K scores of one image, or of each of N.</summary>
    /// <param name="activations">A, [C, h, w] or [N, C, h, w].</param>
    /// <param name="means">The mean of dScore/dA over the positions, [K, C] or [N, K, C].</param>
    /// <returns>Signed maps, [K, h, w] or [N, K, h, w].</returns>
    sealed Tensor MapOfMeans(Tensor activations, Tensor means) =>
        ChannelReduction.WeightedSum(activations, WeightsOfMeans(means, PositionsOf(activations)));

    Tensor IChannelWeightMethod.Weights(Tensor activations, Tensor gradients) =>
        WeightsOfMeans(gradients.mean([2, 3]), PositionsOf(activations));

    private static int PositionsOf(Tensor activations) => (int)(activations.shape[^2] * activations.shape[^1]);
}
