using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>SmoothGrad: the mean of the gradients of noisy copies of the image, which leaves out what wobbles (Smilkov et al. 2017, section 3).</summary>
/// <param name="samples">Noisy copies, 1 or more.</param>
/// <param name="noise">The noise's standard deviation, as a share of the image's range, 0 to 1.</param>
/// <param name="seed">The same seed gives the same noise.</param>
public sealed class SmoothGrad(
    int samples = SmoothGrad.DefaultSamples, double noise = SmoothGrad.DefaultNoise, ulong seed = 0) : IAttributionMethod
{
    /// <summary>Where a caller has no wish.</summary>
    public const int DefaultSamples = 50;

    /// <summary>Where a caller has no wish: within the 10 to 20 % that the paper finds best.</summary>
    public const double DefaultNoise = 0.15;

    /// <inheritdoc />
    public string Name => "smooth-grad";

    /// <summary>Noisy copies.</summary>
    public int Samples { get; } = samples >= 1 ? samples : throw new ArgumentOutOfRangeException(nameof(samples), samples, "at least one sample is needed");

    /// <summary>The noise's standard deviation, as a share of the image's range.</summary>
    public double Noise { get; } = noise is >= 0 and <= 1 ? noise : throw new ArgumentOutOfRangeException(nameof(noise), noise, "it is from 0 to 1");

    /// <summary>The same seed gives the same noise.</summary>
    public ulong Seed { get; } = seed;

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 3;

    /// <inheritdoc />
    public bool IsSlow => true;

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        // Drawn where the numbers do not depend on the device.
        using var generator = new Generator(Seed);
        var deviation = (task.Image.max() - task.Image.min()).Times(Noise);
        var sums = task.InChunks(Samples, (_, count) =>
        {
            var draws = randn([count, 3, task.Height, task.Width], generator: generator).to(task.Image.device);     // [R, 3, H, W]
            var noisy = task.Image.Plus(deviation * draws);
            return task.Network.ImageGradients(noisy, task.Targets, GradientRule.Derivative, task.Cancellation).sum(1);
        });
        return stack(sums).sum([0]).Over(Samples);                                           // [K, 3, H, W]
    }
}
