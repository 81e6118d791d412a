using static TorchSharp.torch;

namespace GradCamGrpc.Models.Networks;

/// <summary>The mean over all positions, in single precision whatever the maps are in: [B, C, h, w] to [B, C].</summary>
internal sealed class GlobalAveragePool() : nn.Module<Tensor, Tensor>(nameof(GlobalAveragePool))
{
    public override Tensor forward(Tensor input) => input.mean([2, 3], type: input.dtype is ScalarType.BFloat16 ? ScalarType.Float32 : input.dtype); // [B, C]
}
