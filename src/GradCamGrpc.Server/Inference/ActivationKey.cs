using System.Runtime.InteropServices;
using System.Security.Cryptography;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Inference;

/// <summary>What decides what layers say: nothing else does.</summary>
/// <param name="Network">The network's architecture, and the SHA-256 of its weights.</param>
/// <param name="Input">The network's input, its size and SHA-256. Photo and preprocessing have no other say.</param>
/// <param name="Layers">The layers' names, in their order.</param>
internal sealed record ActivationKey(string Network, string Input, string Layers)
{
    public static ActivationKey Of(string network, ModelInput input, IEnumerable<CutLayer> layers)
    {
        var hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(input.Values)));
        return new ActivationKey(network, $"{input.Width} {input.Height} {hash}", string.Join('\n', layers.Select(layer => layer.Name)));
    }
}
