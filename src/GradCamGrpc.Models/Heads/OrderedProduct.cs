using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A product with weights that do not change any more, in the order in which the CPU's kernel reads them.</summary>
internal sealed class OrderedProduct : IDisposable
{
    /// <summary>For how many rows at a time the order is chosen. Others take as long with it as with one of their own (seen from 1 to 245).</summary>
    private const int Rows = 12;

    private readonly LinearKernel _kernel;
    private readonly Tensor _weights;
    private readonly Tensor _bias;

    /// <summary>Puts weights in order.</summary>
    /// <param name="kernel">Multiplies; it must outlive the product.</param>
    /// <param name="weights">[out, in].</param>
    /// <param name="bias">[out].</param>
    public OrderedProduct(LinearKernel kernel, Tensor weights, Tensor bias)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        _kernel = kernel;
        _weights = kernel.Reorder(weights, Rows).DetachFromDisposeScope();
        _bias = bias.clone().DetachFromDisposeScope();
    }

    /// <summary>x · Wᵀ + b.</summary>
    /// <param name="input">[.., in], without a tape.</param>
    /// <returns>[.., out].</returns>
    public Tensor Of(Tensor input) => _kernel.Multiply(input, _weights, _bias);

    /// <inheritdoc />
    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }
}
