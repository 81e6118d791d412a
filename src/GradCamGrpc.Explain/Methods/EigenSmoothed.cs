using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>A method whose map is the first principal component of the channels' contributions, instead of their sum (pytorch-grad-cam, 2021).</summary>
/// <param name="Method">The method.</param>
public sealed record EigenSmoothed(IChannelwiseMethod Method) : ICamMethod
{
    /// <inheritdoc />
    public string Name => $"{Method.Name} with eigen smoothing";

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => Method.ObjectionTo(network, layer);

    /// <inheritdoc />
    public Tensor Map(Tensor activations, Tensor gradients) => ChannelReduction.FirstComponent(Method.Contributions(activations, gradients));
}
