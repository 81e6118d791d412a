using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>The words of unfinished sentences, as the layers of a head remember them.</summary>
public sealed class SentenceMemory
{
    internal SentenceMemory(IReadOnlyList<KeysAndValues> layers) => Layers = layers;

    /// <summary>How many words there are, the start included.</summary>
    public int Length => (int)Layers[0].Places;

    internal IReadOnlyList<KeysAndValues> Layers { get; }

    /// <summary>Goes on with some of the sentences, each as often as it is named.</summary>
    /// <param name="rows">Their indices, int64 [N].</param>
    public SentenceMemory Select(Tensor rows) => new([.. Layers.Select(layer => layer.Select(rows))]);
}
