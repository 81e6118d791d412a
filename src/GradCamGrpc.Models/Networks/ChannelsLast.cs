using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>Strides in which the channels of a position are neighbours in memory (NHWC): the fastest convolutions on CPUs want them.</summary>
public static class ChannelsLast
{
    /// <summary>The same values [N, C, H, W] in channels-last strides; a copy unless they have them already.</summary>
    /// <remarks>Networks are built outside of any dispose scope: here nothing is left to the finalizer while native code reads it.</remarks>
    public static Tensor Of(Tensor values)
    {
        using var positions = values.permute(0, 2, 3, 1);       // [N, H, W, C]
        using var copy = positions.contiguous();
        GC.KeepAlive(values);
        return copy.permute(0, 3, 1, 2);                        // [N, C, H, W]
    }

    /// <summary>A noise image: always the same one.</summary>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="device">Where it is to live.</param>
    /// <returns>[1, 3, H, W], of mean 0 and standard deviation 1.</returns>
    public static Tensor Noise(int height, int width, Device device)
    {
        // Drawn where the numbers do not depend on the device.
        using var generator = new Generator(seed: 1);
        using var noise = randn([1, 3, height, width], generator: generator);
        using var image = Of(noise);
        return image.to(device);
    }
}
