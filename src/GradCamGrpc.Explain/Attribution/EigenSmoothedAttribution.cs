using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>As <see cref="EigenSmoothed"/>, of a method that asks the network again.</summary>
/// <param name="Method">The method.</param>
public sealed record EigenSmoothedAttribution(IChannelWeightAttribution Method) : IAttributionMethod
{
    /// <inheritdoc />
    public string Name => $"{Method.Name} with eigen smoothing";

    /// <inheritdoc />
    public bool UsesLayer => true;

    /// <inheritdoc />
    public int Channels => 1;

    /// <inheritdoc />
    public bool IsSlow => Method.IsSlow;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => Method.ObjectionTo(network, layer);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var (activations, weights) = Method.Weigh(task);
        return ChannelReduction.FirstComponent(ChannelReduction.Weighted(activations, weights)).unsqueeze(1);
    }
}
