using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What the layers of a head see of some photos.</summary>
public sealed class PhotoMemory
{
    internal PhotoMemory(IReadOnlyList<KeysAndValues> layers) => Layers = layers;

    /// <summary>Of <see cref="Tensors"/>, or of others of their shapes but for the photos' number.</summary>
    public PhotoMemory(IReadOnlyList<Tensor> tensors)
        : this([.. tensors.Chunk(2).Select(pair => new KeysAndValues(pair[0], pair[1]))])
    {
    }

    /// <summary>What it is made of: for each layer its keys and its values, [M, H, P, d/H].</summary>
    public IReadOnlyList<Tensor> Tensors => [.. Layers.SelectMany(layer => new[] { layer.Keys, layer.Values })];

    internal IReadOnlyList<KeysAndValues> Layers { get; }
}
