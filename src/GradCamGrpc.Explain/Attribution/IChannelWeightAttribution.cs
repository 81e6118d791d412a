using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>An attribution method whose map is a sum over a layer's channels: of each, its activations times one weight.</summary>
public interface IChannelWeightAttribution : IAttributionMethod
{
    bool IExplanationMethod.UsesLayer => true;

    int IExplanationMethod.Channels => 1;

    /// <summary>Finds the weights of K scores of one image.</summary>
    /// <returns>A, [C, h, w], and the weights, [K, C].</returns>
    /// <exception cref="OperationCanceledException">Nobody waits for them any more.</exception>
    (Tensor Activations, Tensor Weights) Weigh(AttributionTask task);

    Tensor IAttributionMethod.Attribute(AttributionTask task)
    {
        var (activations, weights) = Weigh(task);
        return ChannelReduction.WeightedSum(activations, weights).unsqueeze(1);
    }
}
