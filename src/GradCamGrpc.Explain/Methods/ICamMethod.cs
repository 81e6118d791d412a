using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>A way to make a class activation map from a layer's activations and the gradients of scores with respect to them.</summary>
public interface ICamMethod : IExplanationMethod
{
    bool IExplanationMethod.UsesLayer => true;

    int IExplanationMethod.Channels => 1;

    /// <summary>Whether its maps depend on the gradients; where they do not, any of their shape will do.</summary>
    bool ReadsGradients => true;

    /// <summary>Makes the maps of K scores of one image.</summary>
    /// <param name="activations">A, [C, h, w].</param>
    /// <param name="gradients">dScore/dA, [K, C, h, w]; often an expanded view.</param>
    /// <returns>Signed maps, [K, h, w]; the caller applies the ReLU.</returns>
    Tensor Map(Tensor activations, Tensor gradients);
}
