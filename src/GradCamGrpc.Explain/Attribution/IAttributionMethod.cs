using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>A way to explain scores that differentiates with respect to the image, or asks the network about many changed ones.</summary>
public interface IAttributionMethod : IExplanationMethod
{
    /// <summary>Makes the maps of K scores of one image.</summary>
    /// <returns>Signed maps, [K, c, h, w], of <see cref="IExplanationMethod.Channels"/> channels.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits for them any more.</exception>
    Tensor Attribute(AttributionTask task);
}
