using GradCamGrpc.Models.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>
/// Says a sentence about a photo, word by word, by attention over the positions of a trunk's maps: a decoder (Vaswani et al. 2017,
/// normalised first) whose last layer's weights are the words' own vectors.
/// </summary>
/// <remarks>It belongs to one thread. Its tensors live in the caller's dispose scope.</remarks>
public sealed class CaptionHead : nn.Module
{
    [ComponentName(Name = "memory")]
    private readonly VisualMemory _memory;

    [ComponentName(Name = "embedding")]
    private readonly WordEmbedding _embedding;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<ReadingLayer> _layers;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "unseen")]
    private readonly Tensor _unseen;


    /// <summary>Builds a head with random weights.</summary>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="words">How many words it knows, <see cref="Vocabulary.Count"/>.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="dropout">The share that training leaves out, 0..1.</param>
    public CaptionHead(IReadOnlyList<HeadSource> sources, int words, HeadShape shape, double dropout = 0)
        : base(nameof(CaptionHead))
    {
        Sources = sources;
        MaxWords = shape.MaxWords;
        _memory = new VisualMemory(sources, shape.Width);

        // A sentence's start takes a place, too.
        _embedding = new WordEmbedding(words, shape.MaxWords + 1, shape.Width, dropout);
        _layers = new ModuleList<ReadingLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new ReadingLayer(shape, dropout))]);
        _norm = nn.LayerNorm(shape.Width);
        _bias = new Parameter(zeros(words));
        _unseen = CausalMask(shape.MaxWords + 1);
        register_buffer("unseen", _unseen, persistent: false);
        RegisterComponents();
    }

    /// <summary>The layers of the trunk that it reads.</summary>
    public IReadOnlyList<HeadSource> Sources { get; }

    /// <summary>The longest sentence, in words.</summary>
    public int MaxWords { get; }

    /// <summary>Looks at photos.</summary>
    /// <param name="activations">For each source the trunk's maps, [M, C, h, w].</param>
    public PhotoMemory Look(IReadOnlyList<Tensor> activations)
    {
        var memory = _memory.call(activations);
        return new PhotoMemory([.. _layers.Select(layer => layer.Look(memory))]);
    }

    /// <summary>What comes after each word of given sentences, each word seeing those before it.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers, the first <see cref="Vocabulary.Start"/>; N/M neighbours belong to a photo.</param>
    /// <returns>Logits [N, T, V].</returns>
    public Tensor Logits(PhotoMemory photos, Tensor words)
    {
        var mask = Unseen(words);
        var states = _embedding.call(words);
        for (var i = 0; i < _layers.Count; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return WordLogits(states);
    }

    /// <summary>Where each word's last layer looks while it chooses the next: the mean of its heads.</summary>
    /// <returns>[N, T, P], P the positions of all sources; each row sums to 1.</returns>
    public Tensor AttentionWeights(PhotoMemory photos, Tensor words)
    {
        var mask = Unseen(words);
        var states = _embedding.call(words);
        for (var i = 0; i < _layers.Count - 1; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return _layers[^1].Gaze(states, photos.Layers[^1], mask);
    }

    /// <summary>What comes next, where the earlier words have been run before.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, 1] numbers: each sentence's latest word.</param>
    /// <param name="earlier">The words before; null at the start.</param>
    /// <returns>Logits [N, V], and the words so far.</returns>
    public (Tensor Logits, SentenceMemory Words) Next(PhotoMemory photos, Tensor words, SentenceMemory? earlier)
    {
        var states = _embedding.At(words, earlier?.Length ?? 0);
        var seen = new KeysAndValues[_layers.Count];
        for (var i = 0; i < _layers.Count; i++)
        {
            var before = earlier?.Layers[i];
            states = _layers[i].Next(states, photos.Layers[i], ref before);
            seen[i] = before!;
        }
        return (WordLogits(states).squeeze(1), new SentenceMemory(seen));
    }

    private Tensor WordLogits(Tensor states) => nn.functional.linear(_norm.call(states), _embedding.Words, _bias);

    private Tensor Unseen(Tensor words) => _unseen[..(int)words.shape[1], ..(int)words.shape[1]];

    /// <summary>[T, T]: minus infinity where a word would see a later one, else zero.</summary>
    private static Tensor CausalMask(int length)
    {
        var mask = new float[length, length];
        for (var word = 0; word < length; word++)
        {
            for (var later = word + 1; later < length; later++)
                mask[word, later] = float.NegativeInfinity;
        }
        return tensor(mask);
    }
}
