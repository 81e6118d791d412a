using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias under TensorFlow's "SAME" padding: the output has ceil(n / stride) positions a side.</summary>
internal sealed class SameConv2d(int inChannels, int outChannels, int kernel, int stride = 1, int groups = 1)
    : FoldableConv2d(nameof(SameConv2d), inChannels, outChannels, kernel, groups)
{
    private readonly int _kernel = kernel;
    private readonly int _stride = stride;
    private readonly int _groups = groups;

    public override Tensor Convolve(Tensor input, Tensor weights, Tensor? bias)
    {
        var rows = Padding(input.shape[2]);
        var columns = Padding(input.shape[3]);
        if (rows % 2 == 0 && columns % 2 == 0)
            return nn.functional.conv2d(input, weights, bias, [_stride, _stride], [rows / 2, columns / 2], groups: _groups);

        // An odd padding goes below and to the right, as TensorFlow has it.
        using var padded = nn.functional.pad(
            input, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2], PaddingModes.Constant, 0);
        return nn.functional.conv2d(padded, weights, bias, [_stride, _stride], groups: _groups);
    }

    private long Padding(long size)
    {
        var positions = (size + _stride - 1) / _stride;
        return Math.Max((positions - 1) * _stride + _kernel - size, 0);
    }
}
