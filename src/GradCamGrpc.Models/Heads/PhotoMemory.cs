using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>What a head sees of some photos.</summary>
public sealed class PhotoMemory
{
    /// <param name="projected">What it takes of each source, [M, h·w, d].</param>
    /// <param name="layers">What each of its layers sees of that.</param>
    internal PhotoMemory(IReadOnlyList<Tensor> projected, IReadOnlyList<KeysAndValues> layers)
    {
        Projected = projected;
        Layers = layers;
    }

    internal IReadOnlyList<Tensor> Projected { get; }

    internal IReadOnlyList<KeysAndValues> Layers { get; }

    /// <summary>The same, and what is taken of it is noted.</summary>
    internal PhotoMemory On(PhotoTape tape) => new(Projected, [.. Layers.Select(layer => layer with { Tape = tape })]);
}
