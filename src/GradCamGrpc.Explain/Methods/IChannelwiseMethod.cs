using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>A method whose map is a sum over the layer's channels of what each of them contributes.</summary>
public interface IChannelwiseMethod : ICamMethod
{
    /// <summary>What each channel contributes to the maps of K scores of one image.</summary>
    /// <param name="activations">A, [C, h, w].</param>
    /// <param name="gradients">dScore/dA, [K, C, h, w]; often an expanded view.</param>
    /// <returns>[K, C, h, w]; summed over C they are the maps.</returns>
    Tensor Contributions(Tensor activations, Tensor gradients);

    Tensor ICamMethod.Map(Tensor activations, Tensor gradients) => Contributions(activations, gradients).sum(1);
}
