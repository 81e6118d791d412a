using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Shows one channel's gradient as it is.</summary>
internal sealed record ChannelGradient(int Channel) : ICamMethod
{
    public string Name => "channel-gradient";

    public Tensor Map(Tensor activations, Tensor gradients) => gradients.select(1, Channel);
}
