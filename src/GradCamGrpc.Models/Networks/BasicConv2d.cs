using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>GoogLeNet's convolution: with its normalisation and a ReLU.</summary>
internal sealed class BasicConv2d : nn.Module<Tensor, Tensor>
{
    private readonly ConvolutionStep _step;
    private readonly ReLU relu;

    public BasicConv2d(int inChannels, int outChannels, int kernel, int stride = 1)
        : base(nameof(BasicConv2d))
    {
        var convolution = new SymmetricConv2d(inChannels, outChannels, kernel, stride);
        var norm = new BatchNormActivation(outChannels, Activation.None);
        relu = nn.ReLU();
        register_module("conv", convolution);
        register_module("bn", norm);
        RegisterComponents();
        _step = new ConvolutionStep(convolution, norm, relu);
    }

    public override Tensor forward(Tensor input) => _step.Forward(input);
}
