using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A residual block (He et al. 2016), basic or with a bottleneck, with torchvision's names.</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    /// <summary>A bottleneck's output has this many times the channels of its middle.</summary>
    public const int BottleneckExpansion = 4;

    private readonly ConvolutionStep[] _steps;
    private readonly ReLU relu;
    private readonly Projection? downsample;

    private ResidualBlock(int inChannels, int outChannels, int stride, SymmetricConv2d[] convolutions)
        : base(nameof(ResidualBlock))
    {
        relu = nn.ReLU();
        _steps = [.. convolutions.Select((convolution, i) => Step(i + 1, convolution))];
        downsample = stride != 1 || inChannels != outChannels ? new Projection(inChannels, outChannels, stride) : null;
        RegisterComponents();
    }

    /// <summary>Two 3x3 convolutions.</summary>
    public static ResidualBlock Basic(int inChannels, int width, int stride) =>
        new(inChannels, width, stride, [new(inChannels, width, 3, stride), new(width, width, 3)]);

    /// <summary>Convolutions 1x1, 3x3 with the stride, and 1x1 to <see cref="BottleneckExpansion"/> times the width.</summary>
    public static ResidualBlock Bottleneck(int inChannels, int width, int stride)
    {
        var outChannels = width * BottleneckExpansion;
        return new(inChannels, outChannels, stride, [new(inChannels, width, 1), new(width, width, 3, stride), new(width, outChannels, 1)]);
    }

    public override Tensor forward(Tensor input)
    {
        using var shortcut = downsample?.call(input) ?? input.alias();
        var output = _steps[0].Forward(input);
        foreach (var step in _steps.AsSpan(1..^1))
        {
            using var previous = output;
            output = step.Forward(previous);
        }
        using var middle = output;
        return _steps[^1].Forward(middle, shortcut);
    }

    private ConvolutionStep Step(int number, SymmetricConv2d convolution)
    {
        var norm = new BatchNormActivation((int)convolution.Weight.shape[0], Activation.None, ResNet.Epsilon);
        register_module($"conv{number}", convolution);
        register_module($"bn{number}", norm);
        return new ConvolutionStep(convolution, norm, relu);
    }
}
