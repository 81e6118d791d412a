namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution under PyTorch's padding: as many zeros on every side.</summary>
internal sealed class SymmetricConv2d : FoldableConv2d
{
    private SymmetricConv2d(int inChannels, int outChannels, int kernel, ConvolutionShape shape, bool hasBias)
        : base(nameof(SymmetricConv2d), inChannels, outChannels, kernel, shape, hasBias)
    {
    }

    /// <summary>One without bias, and half the kernel as padding.</summary>
    public SymmetricConv2d(int inChannels, int outChannels, int kernel, int stride = 1)
        : this(inChannels, outChannels, kernel, new ConvolutionShape(kernel / 2, kernel / 2, stride, Groups: 1), hasBias: false)
    {
    }

    /// <summary>One with a bias.</summary>
    /// <param name="inChannels">Channels of its input.</param>
    /// <param name="outChannels">Channels of its output.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="padding">Rows and columns of zeros on each side.</param>
    /// <param name="stride">Positions from one output to the next.</param>
    public static SymmetricConv2d WithBias(int inChannels, int outChannels, int kernel, int padding, int stride = 1) =>
        new(inChannels, outChannels, kernel, new ConvolutionShape(padding, padding, stride, Groups: 1), hasBias: true);

    public override Padding PaddingOf(int height, int width) => new(Shape.Rows, Shape.Rows, Shape.Columns, Shape.Columns);
}
