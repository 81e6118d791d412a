using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A linear layer's product, and that of its gradients: quicker while the weights are in order.</summary>
internal sealed class OrderedLinear : IDisposable
{
    private OrderedProduct? _product;
    private OrderedProduct? _reverse;

    /// <summary>x · Wᵀ + b. On a tape the plain weights are taken, which know a gradient.</summary>
    /// <param name="input">[.., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out].</param>
    /// <returns>[.., out].</returns>
    public Tensor Of(Tensor input, Tensor weight, Tensor bias) =>
        _product is not null && !input.requires_grad ? _product.Of(input) : nn.functional.linear(input, weight, bias);

    /// <summary>Carries gradients back: g · W.</summary>
    /// <param name="gradients">dScore/dOutput, [.., out].</param>
    /// <param name="weight">[out, in].</param>
    /// <returns>dScore/dInput, [.., in].</returns>
    public Tensor Back(Tensor gradients, Tensor weight) =>
        _reverse is not null && !gradients.requires_grad ? _reverse.Of(gradients) : gradients.matmul(weight);

    /// <summary>Puts the weights in order, and their transpose. They must not change any more, until <see cref="Forget"/>.</summary>
    /// <param name="kernel">Multiplies; it must outlive the order.</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out].</param>
    public void Order(LinearKernel kernel, Tensor weight, Tensor bias)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        Forget();
        _product = new OrderedProduct(kernel, weight, bias);
        _reverse = new OrderedProduct(kernel, weight.t().contiguous(), zeros(weight.shape[1]));
    }

    /// <summary>Goes back to the weights themselves.</summary>
    public void Forget()
    {
        _product?.Dispose();
        _product = null;
        _reverse?.Dispose();
        _reverse = null;
    }

    /// <inheritdoc />
    public void Dispose() => Forget();
}
