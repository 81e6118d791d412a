namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias under TensorFlow's "SAME" padding: the output has ceil(n / stride) positions a side.</summary>
internal sealed class SameConv2d(int inChannels, int outChannels, int kernel, int stride = 1, int groups = 1)
    : FoldableConv2d(nameof(SameConv2d), inChannels, outChannels, kernel, new ConvolutionShape(kernel / 2, kernel / 2, stride, groups))
{
    private readonly int _kernel = kernel;

    public override Padding PaddingOf(int height, int width)
    {
        // An odd padding goes below and to the right, as TensorFlow has it.
        var rows = Zeros(height);
        var columns = Zeros(width);
        return new Padding(rows / 2, rows - rows / 2, columns / 2, columns - columns / 2);
    }

    private int Zeros(int size)
    {
        var positions = (size + Shape.Stride - 1) / Shape.Stride;
        return Math.Max((positions - 1) * Shape.Stride + _kernel - size, 0);
    }
}
