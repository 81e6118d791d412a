namespace GradCamGrpc.Models.Heads;

/// <summary>What the layers of a head see of some photos.</summary>
public sealed class PhotoMemory
{
    internal PhotoMemory(IReadOnlyList<KeysAndValues> layers) => Layers = layers;

    internal IReadOnlyList<KeysAndValues> Layers { get; }
}
