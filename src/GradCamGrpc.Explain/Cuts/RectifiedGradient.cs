using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>Hands a value on; on the way back only positive gradients pass, to where it is told.</summary>
internal sealed class RectifiedGradient : autograd.SingleTensorFunction<RectifiedGradient>
{
    /// <inheritdoc />
    public override string Name => nameof(RectifiedGradient);

    /// <param name="value">What is handed on.</param>
    /// <param name="source">Of the same shape: where the gradient goes.</param>
    public static Tensor Apply(Tensor value, Tensor source) => apply(source, value.detach());

    /// <inheritdoc />
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[1]).alias();

    /// <inheritdoc />
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output.relu(), null!];
}
