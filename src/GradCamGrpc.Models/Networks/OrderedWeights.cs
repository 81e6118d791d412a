using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>
/// A convolution's weights, in the orders in which the CPU's kernels read them. Which one a kernel wants depends on the size of its input,
/// and where several threads share the work, on whether that is one image: each is made when the first such input comes, and kept.
/// </summary>
/// <param name="fused">Puts them in order.</param>
internal sealed class OrderedWeights(FusedConvolution fused) : IDisposable
{
    private readonly Dictionary<(bool IsSharedImage, long Height, long Width), Tensor> _orders = [];

    /// <summary>The weights for an input.</summary>
    /// <param name="input">[B, in, h, w].</param>
    /// <param name="shape">How the kernel moves over it: always alike over inputs of one size.</param>
    /// <param name="weights">Makes the weights, [out, in / groups, h, w], in any order.</param>
    public Tensor For(Tensor input, ConvolutionShape shape, Func<Tensor> weights)
    {
        var size = (input.shape[0] == 1 && get_num_threads() > 1, input.shape[2], input.shape[3]);
        if (!_orders.TryGetValue(size, out var ordered))
            _orders[size] = ordered = Order(input, shape, weights);
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
