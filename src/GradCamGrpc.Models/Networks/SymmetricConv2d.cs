using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias under PyTorch's padding: half the kernel on every side.</summary>
internal sealed class SymmetricConv2d(int inChannels, int outChannels, int kernel, int stride = 1)
    : FoldableConv2d(nameof(SymmetricConv2d), inChannels, outChannels, kernel)
{
    private readonly long[] _strides = [stride, stride];
    private readonly long[] _padding = [kernel / 2, kernel / 2];

    public override Tensor Convolve(Tensor input, Tensor weights, Tensor? bias) =>
        nn.functional.conv2d(input, weights, bias, _strides, _padding);
}
