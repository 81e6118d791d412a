using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>A convolution without bias that can also run with other weights than its own.</summary>
internal abstract class FoldableConv2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    protected FoldableConv2d(string name, int inChannels, int outChannels, int kernel, int groups = 1)
        : base(name)
    {
        weight = new Parameter(ChannelsLast.Of(nn.init.kaiming_normal_(empty(outChannels, inChannels / groups, kernel, kernel))));
        register_parameter(nameof(weight), weight);
    }

    public Tensor Weight => weight;

    /// <summary>The pair this convolution is half of, where a normalisation follows it.</summary>
    public ConvNorm? Pair { get; set; }

    public override Tensor forward(Tensor input) => Convolve(input, weight, bias: null);

    /// <summary>The same convolution with other weights, such as folded ones.</summary>
    public abstract Tensor Convolve(Tensor input, Tensor weights, Tensor? bias);
}
