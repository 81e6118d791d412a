using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// How much a map changes where the image hardly does: the largest distance over noisy copies of the image (Yeh et al. 2019,
/// "max-sensitivity"), relative to the map. Small is good, but a map that looks at nothing has 0.
/// </summary>
/// <param name="samples">Noisy copies, 1 or more: the largest of few is a lower bound of the paper's maximum.</param>
/// <param name="radius">Each number of the network's input moves by up to this, uniformly, in the input's unit; above 0.</param>
/// <param name="seed">The same seed gives the same noise.</param>
public sealed class Sensitivity(
    int samples = Sensitivity.DefaultSamples, double radius = Sensitivity.DefaultRadius, ulong seed = 0)
{
    /// <summary>Where a caller has no wish: Captum's.</summary>
    public const int DefaultSamples = 10;

    /// <summary>Where a caller has no wish: Captum's.</summary>
    public const double DefaultRadius = 0.02;

    /// <summary>Noisy copies.</summary>
    public int Samples { get; } = samples >= 1 ? samples : throw new ArgumentOutOfRangeException(nameof(samples), samples, "at least one sample is needed");

    /// <summary>How far each number moves at most.</summary>
    public double Radius { get; } = radius > 0 && double.IsFinite(radius)
        ? radius
        : throw new ArgumentOutOfRangeException(nameof(radius), radius, "it is above 0");

    /// <summary>The same seed gives the same noise.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>max ‖map(image + noise) − map(image)‖ / ‖map(image)‖, of Euclidean norms.</summary>
    /// <param name="explain">Makes the map of an image [1, 3, H, W]: always as many values. Its tensors are disposed of behind it.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>0 or more, without unit; null where the image's map is 0 everywhere.</returns>
    /// <exception cref="ArgumentException">The maps are of different lengths.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public double? Max(Func<Tensor, float[]> explain, Tensor image, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();

        // Drawn where the numbers do not depend on the device.
        using var generator = new Generator(Seed);
        var map = explain(image);
        var norm = Distance(map, new float[map.Length]);
        if (norm == 0)
            return null;

        var largest = 0.0;
        for (var i = 0; i < Samples; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var work = NewDisposeScope();
            var noise = rand(image.shape, generator: generator).Times(2).Minus(1).Times(Radius);
            largest = Math.Max(largest, Distance(explain(image.Plus(noise.to(image.dtype, image.device))), map));
        }
        return largest / norm;
    }

    private static double Distance(float[] first, float[] second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"a map of {first.Length} values cannot be compared with one of {second.Length}", nameof(first));
        var squares = 0.0;
        for (var i = 0; i < first.Length; i++)
            squares += ((double)first[i] - second[i]) * ((double)first[i] - second[i]);
        return Math.Sqrt(squares);
    }
}
