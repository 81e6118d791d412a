namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias under PyTorch's padding: half the kernel on every side.</summary>
internal sealed class SymmetricConv2d(int inChannels, int outChannels, int kernel, int stride = 1)
    : FoldableConv2d(nameof(SymmetricConv2d), inChannels, outChannels, kernel, stride)
{
    public override Padding PaddingOf(int height, int width) => new(Shape.Rows, Shape.Rows, Shape.Columns, Shape.Columns);
}
