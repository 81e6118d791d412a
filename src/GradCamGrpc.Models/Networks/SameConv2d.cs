using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias under TensorFlow's "SAME" padding: the output has ceil(n / stride) positions a side.</summary>
internal sealed class SameConv2d(int inChannels, int outChannels, int kernel, int stride = 1, int groups = 1)
    : FoldableConv2d(nameof(SameConv2d), inChannels, outChannels, kernel, stride, groups)
{
    private readonly int _kernel = kernel;

    public override Tensor Convolve(Tensor input, Func<Tensor, ConvolutionShape, Tensor> convolve)
    {
        var rows = Padding((int)input.shape[2]);
        var columns = Padding((int)input.shape[3]);
        if (rows % 2 == 0 && columns % 2 == 0)
            return convolve(input, Shape with { Rows = rows / 2, Columns = columns / 2 });

        // An odd padding goes below and to the right, as TensorFlow has it.
        using var padded = nn.functional.pad(
            input, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2], PaddingModes.Constant, 0);
        return convolve(padded, Shape with { Rows = 0, Columns = 0 });
    }

    private int Padding(int size)
    {
        var positions = (size + Shape.Stride - 1) / Shape.Stride;
        return Math.Max((positions - 1) * Shape.Stride + _kernel - size, 0);
    }
}
