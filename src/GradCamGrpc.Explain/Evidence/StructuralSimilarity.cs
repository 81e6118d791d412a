using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// The structural similarity of two maps: their means, variances and covariance compared in windows of 11 x 11 with Gaussian weights of
/// standard deviation 1.5, and the mean of it over all windows that lie within the maps (Wang et al. 2004, section III, eq. 13 and 17).
/// </summary>
public static class StructuralSimilarity
{
    /// <summary>The window's side, and the least side of a map.</summary>
    public const int Window = 11;

    private const double Sigma = 1.5;

    // The paper's K1 and K2: they keep quotients of next to nothing from meaning something.
    private const double MeanGuard = 0.01;
    private const double VarianceGuard = 0.03;

    /// <summary>Compares two maps.</summary>
    /// <param name="first">A map of finite values, at least 11 x 11; <see cref="HeatMap.ResizedTo"/> helps a coarser one.</param>
    /// <param name="second">A map of the same size.</param>
    /// <param name="range">What the values could differ by, the paper's L: 1 for maps scaled to 0..1, 2 for −1..1. Above 0.</param>
    /// <returns>−1 to 1; 1 only for equal maps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not above 0, or not finite.</exception>
    /// <exception cref="ArgumentException">The maps differ in size, or are smaller than the window.</exception>
    public static double Between(HeatMap first, HeatMap second, double range)
    {
        if (!(range > 0) || !double.IsFinite(range))
            throw new ArgumentOutOfRangeException(nameof(range), range, "it is above 0");
        if (first.Height != second.Height || first.Width != second.Width)
            throw new ArgumentException("the maps are of different sizes", nameof(second));
        if (first.Height < Window || first.Width < Window)
            throw new ArgumentException($"a map of at least {Window} x {Window} is needed", nameof(first));

        using var scope = NewDisposeScope();
        var weights = GaussianKernel.Weights(Sigma, Window / 2);
        var (x, y) = (Plane(first), Plane(second));
        var moments = GaussianKernel.Means(cat([x, y, x * x, y * y, x * y], 1), weights);       // [1, 5, H − 10, W − 10]
        var (meanX, meanY) = (moments.select(1, 0), moments.select(1, 1));
        var varianceX = moments.select(1, 2) - meanX * meanX;
        var varianceY = moments.select(1, 3) - meanY * meanY;
        var covariance = moments.select(1, 4) - meanX * meanY;
        var c1 = Math.Pow(MeanGuard * range, 2);
        var c2 = Math.Pow(VarianceGuard * range, 2);
        var similarity = (meanX.Times(2) * meanY).Plus(c1) * covariance.Times(2).Plus(c2)
            / ((meanX * meanX).Plus(meanY * meanY).Plus(c1) * varianceX.Plus(varianceY).Plus(c2));
        return similarity.mean().item<double>();
    }

    /// <returns>[1, 1, H, W]. Doubles: a variance is a small difference of large squares.</returns>
    private static Tensor Plane(HeatMap map) => tensor(map.Values.ToArray()).to(float64).reshape(1, 1, map.Height, map.Width);
}
