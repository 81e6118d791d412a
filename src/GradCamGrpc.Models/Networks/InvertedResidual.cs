using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>An inverted residual block with a linear bottleneck (Sandler et al. 2018, MobileNetV2); expansion 1 has no expansion layer.</summary>
internal sealed class InvertedResidual : nn.Module<Tensor, Tensor>
{
    private readonly ConvolutionStep[] _steps;
    private readonly bool _hasSkip;

    public InvertedResidual(int inChannels, int outChannels, int kernel, int stride, int expansion)
        : base(nameof(InvertedResidual))
    {
        var middle = inChannels * expansion;
        _hasSkip = stride == 1 && inChannels == outChannels;
        _steps = expansion == 1
            ?
            [
                Step("conv_dw", new(inChannels, middle, kernel, stride, groups: middle), "bn1", new(middle, Activation.ReLU6)),
                Step("conv_pw", new(middle, outChannels, 1), "bn2", new(outChannels, Activation.None)),
            ]
            :
            [
                Step("conv_pw", new(inChannels, middle, 1), "bn1", new(middle, Activation.ReLU6)),
                Step("conv_dw", new(middle, middle, kernel, stride, groups: middle), "bn2", new(middle, Activation.ReLU6)),
                Step("conv_pwl", new(middle, outChannels, 1), "bn3", new(outChannels, Activation.None)),
            ];
    }

    public override Tensor forward(Tensor input)
    {
        var output = _steps[0].Forward(input);
        foreach (var step in _steps.AsSpan(1..^1))
        {
            using var previous = output;
            output = step.Forward(previous);
        }
        using var middle = output;
        return _hasSkip ? _steps[^1].Forward(middle, input) : _steps[^1].Forward(middle);
    }

    private ConvolutionStep Step(string convName, SameConv2d convolution, string normName, BatchNormActivation norm)
    {
        register_module(convName, convolution);
        register_module(normName, norm);
        return new ConvolutionStep(convolution, norm);
    }
}
