using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// A convolution's weights, in the orders in which the CPU's kernels read them. Which one a kernel wants depends on the size of its input,
/// and where several threads share the work, on whether that is one image (seen with two threads and without AVX-512, in oneDNN's own log). Each
/// is made when the first such input comes, and kept: at most two for each size of image that a network is given.
/// </summary>
/// <remarks>It belongs to one thread, as what puts them in order does.</remarks>
/// <param name="fused">Puts them in order.</param>
internal sealed class OrderedWeights(FusedConvolution fused) : IDisposable
{
    private readonly Dictionary<(bool IsSharedImage, long Height, long Width, ConvolutionShape Shape), Tensor> _orders = [];

    /// <summary>The weights for an input.</summary>
    /// <param name="input">[B, in, h, w].</param>
    /// <param name="shape">How the kernel moves over it.</param>
    /// <param name="weights">Makes the weights, [out, in / groups, h, w], in any order: always the same ones for a shape.</param>
    public Tensor For(Tensor input, ConvolutionShape shape, Func<Tensor> weights)
    {
        var size = input.shape;
        var key = (size[0] == 1 && get_num_threads() > 1, size[2], size[3], shape);
        if (!_orders.TryGetValue(key, out var ordered))
            _orders[key] = ordered = Order(input, shape, weights);
        return ordered;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var ordered in _orders.Values)
            ordered.Dispose();
        _orders.Clear();
    }

    private Tensor Order(Tensor input, ConvolutionShape shape, Func<Tensor> weights)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        return fused.Reorder(weights(), shape, input).DetachFromDisposeScope();
    }
}
