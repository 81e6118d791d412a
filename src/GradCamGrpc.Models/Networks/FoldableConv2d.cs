using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution that can also run with other weights than its own.</summary>
internal abstract class FoldableConv2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    protected FoldableConv2d(string name, int inChannels, int outChannels, int kernel, ConvolutionShape shape, bool hasBias = false)
        : base(name)
    {
        Shape = shape;
        weight = new Parameter(ChannelsLast.Of(nn.init.kaiming_normal_(empty(outChannels, inChannels / shape.Groups, kernel, kernel))));
        register_parameter(nameof(weight), weight);
        if (!hasBias)
            return;
        bias = new Parameter(zeros(outChannels));
        register_parameter(nameof(bias), bias);
    }

    public Tensor Weight => weight;

    /// <summary>[out]; null where it has none.</summary>
    public Tensor? Bias => bias;

    /// <summary>The step this convolution begins, where a normalisation or a non-linearity follows it.</summary>
    public ConvolutionStep? Step { get; set; }

    /// <summary>How the kernel moves, with its usual padding.</summary>
    public ConvolutionShape Shape { get; }

    public override Tensor forward(Tensor input) => Convolve(input, weight, bias);

    /// <summary>The zeros that an input gets.</summary>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    public abstract Padding PaddingOf(int height, int width);

    /// <summary>The same convolution with other weights, such as folded ones.</summary>
    public Tensor Convolve(Tensor input, Tensor weights, Tensor? bias) => Convolve(input, (padded, shape) => nn.functional.conv2d(
        padded, weights, bias, [shape.Stride, shape.Stride], [shape.Rows, shape.Columns], groups: shape.Groups));

    /// <summary>Has the input convolved by something else.</summary>
    /// <param name="input">[B, in, h, w].</param>
    /// <param name="convolve">Given the input, padded where the shape alone cannot say how, and the shape.</param>
    public Tensor Convolve(Tensor input, Func<Tensor, ConvolutionShape, Tensor> convolve)
    {
        var padding = PaddingOf((int)input.shape[2], (int)input.shape[3]);
        if (padding.IsSymmetric)
            return convolve(input, Shape with { Rows = padding.Top, Columns = padding.Left });

        using var padded = nn.functional.pad(input, [padding.Left, padding.Right, padding.Top, padding.Bottom], PaddingModes.Constant, 0);
        return convolve(padded, Shape with { Rows = 0, Columns = 0 });
    }
}
