using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A 1x1 convolution and its normalisation, named "0" and "1": a residual block's shortcut to another shape.</summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    private readonly ConvolutionStep _step;

    public Projection(int inChannels, int outChannels, int stride)
        : base(nameof(Projection))
    {
        var convolution = new SymmetricConv2d(inChannels, outChannels, kernel: 1, stride);
        var norm = new BatchNormActivation(outChannels, Activation.None, ResNet.Epsilon);
        register_module("0", convolution);
        register_module("1", norm);
        _step = new ConvolutionStep(convolution, norm);
    }

    public override Tensor forward(Tensor input) => _step.Forward(input);
}
