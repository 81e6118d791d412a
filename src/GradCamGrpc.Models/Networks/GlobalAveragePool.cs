using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>The mean over all positions: [B, C, h, w] to [B, C].</summary>
internal sealed class GlobalAveragePool() : nn.Module<Tensor, Tensor>(nameof(GlobalAveragePool))
{
    public override Tensor forward(Tensor input) => input.mean([2, 3]); // [B, C]
}
