using System.Runtime.InteropServices;
using System.Security.Cryptography;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Inference;

/// <summary>What decides what layers say: nothing else does.</summary>
/// <param name="Weights">The network's weights, SHA-256.</param>
/// <param name="Input">The network's input, its size and SHA-256. Photo and preprocessing have no other say.</param>
/// <param name="Layers">The layers' names, in their order.</param>
internal sealed record ActivationKey(string Weights, string Input, string Layers)
{
    public static ActivationKey Of(string weights, ModelInput input, IEnumerable<CutLayer> layers)
    {
        var hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(input.Values)));
        return new ActivationKey(weights, $"{input.Width} {input.Height} {hash}", string.Join('\n', layers.Select(layer => layer.Name)));
    }
}
