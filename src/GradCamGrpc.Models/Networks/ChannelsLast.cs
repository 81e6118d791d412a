using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>Strides in which the channels of a position are neighbours in memory (NHWC): the fastest convolutions on CPUs want them.</summary>
public static class ChannelsLast
{
    /// <summary>The same values [N, C, H, W] in channels-last strides; a copy unless they have them already.</summary>
    public static Tensor Of(Tensor values) => values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
