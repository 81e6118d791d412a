using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>Asks a network about an image's pixels with the means of the attribution methods.</summary>
internal static class PixelTask
{
    /// <summary>A task for what does not use a layer: the image stands where the layer does, for not every network has layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="target">The score.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    public static AttributionTask Of(CutNetwork network, Tensor image, ScoreTarget target, CancellationToken cancellation)
    {
        if (image.shape is not [1, var channels, var height, var width])
            throw new ArgumentException($"one image [1, 3, H, W] is needed, not [{string.Join(", ", image.shape)}]", nameof(image));
        return new AttributionTask(
            network, image, new CutLayer("image", (int)channels, (int)height, (int)width), [target], cancellation);
    }
}
