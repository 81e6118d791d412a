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

    /// <summary>How many photos, M.</summary>
    internal long Count => Projected[0].shape[0];

    internal IReadOnlyList<Tensor> Projected { get; }

    internal IReadOnlyList<KeysAndValues> Layers { get; }

    /// <summary>Notes what is taken of it; null where nobody asks.</summary>
    internal PhotoTape? Tape { get; private init; }

    /// <summary>The same, and what is taken of it is noted.</summary>
    internal PhotoMemory On(PhotoTape tape) => new(Projected, Layers) { Tape = tape };
}
