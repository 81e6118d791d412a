using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>Ways to make one map of many channels.</summary>
internal static class ChannelReduction
{
    /// <param name="activations">[..., C, h, w].</param>
    /// <param name="weights">[..., K, C].</param>
    /// <returns>[..., K, h, w].</returns>
    public static Tensor WeightedSum(Tensor activations, Tensor weights) =>
        weights.matmul(activations.flatten(-2)).reshape([.. weights.shape[..^1], .. activations.shape[^2..]]);

    /// <param name="activations">[C, h, w].</param>
    /// <param name="weights">[K, C].</param>
    /// <returns>The summands, [K, C, h, w].</returns>
    public static Tensor Weighted(Tensor activations, Tensor weights) => activations * weights.unsqueeze(2).unsqueeze(3);

    /// <summary>Each stack's positions, centred, projected on the first right-singular vector of them.</summary>
    /// <remarks>
    /// The sign of a singular vector is arbitrary. The one is taken whose projection correlates with the channels' sum: where the network is
    /// active the map is positive.
    /// </remarks>
    /// <param name="stacks">[K, C, h, w].</param>
    /// <returns>[K, h, w].</returns>
    public static Tensor FirstComponent(Tensor stacks)
    {
        var positions = stacks.flatten(2).transpose(1, 2);                                  // [K, h·w, C]
        positions -= positions.mean([1], keepdim: true);
        var (_, _, vectors) = linalg.svd(positions, fullMatrices: false);                   // rows of [K, min(h·w, C), C]
        var projection = positions.matmul(vectors.narrow(1, 0, 1).transpose(1, 2)).squeeze(2);  // [K, h·w]
        var sign = (projection * positions.sum(2)).sum(1, keepdim: true).sign();
        return (projection * sign).reshape(stacks.shape[0], stacks.shape[2], stacks.shape[3]);
    }
}
