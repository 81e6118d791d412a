using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>Weighted means over a Gaussian window, as two convolutions: one along the columns, one along the rows.</summary>
internal static class GaussianKernel
{
    /// <summary>The window's weights along one side.</summary>
    /// <param name="sigma">The standard deviation in pixels.</param>
    /// <param name="radius">Pixels on either side of the middle; beyond them the weight is 0.</param>
    /// <returns>[2·radius + 1], of sum 1.</returns>
    public static Tensor Weights(double sigma, int radius)
    {
        var offsets = tensor(Enumerable.Range(-radius, 2 * radius + 1).ToArray(), dtype: float64);
        var bell = exp((-offsets.Power(2)).Over(2 * sigma * sigma));
        return bell / bell.sum();
    }

    /// <summary>The mean of each window that lies within the images.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="weights">From <see cref="Weights"/>, n of them.</param>
    /// <returns>[B, C, H − n + 1, W − n + 1].</returns>
    public static Tensor Means(Tensor images, Tensor weights)
    {
        var line = weights.to(images.dtype, images.device);
        var planes = images.reshape(-1, 1, images.shape[2], images.shape[3]);                   // [B·C, 1, H, W]
        var means = nn.functional.conv2d(planes, line.reshape(1, 1, -1, 1));                    // [B·C, 1, H', W]
        means = nn.functional.conv2d(means, line.reshape(1, 1, 1, -1));                         // [B·C, 1, H', W']
        return means.reshape(images.shape[0], images.shape[1], means.shape[2], means.shape[3]);
    }
}
