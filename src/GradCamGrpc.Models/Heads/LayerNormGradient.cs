using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>Carries gradients back through a normalisation.</summary>
internal static class LayerNormGradient
{
    /// <param name="norm">The normalisation, its parameters frozen.</param>
    /// <param name="input">What it was given; what expands to the gradients' shape.</param>
    /// <param name="gradients">dScore/dOutput.</param>
    /// <returns>dScore/dInput.</returns>
    public static Tensor Of(LayerNorm norm, Tensor input, Tensor gradients)
    {
        // Whoever carries gradients back has no tape.
        using var tape = enable_grad();
        var leaf = input.detach().expand(gradients.shape).requires_grad_();
        return autograd.grad([norm.call(leaf)], [leaf], [gradients])[0];
    }
}
