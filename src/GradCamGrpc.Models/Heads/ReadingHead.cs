using GradCamGrpc.Models.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A head that reads words and, by attention, the positions of a trunk's maps: what all heads with words have in common.</summary>
/// <remarks>It belongs to one thread. Its tensors live in the caller's dispose scope.</remarks>
public abstract class ReadingHead : nn.Module
{
    [ComponentName(Name = "memory")]
    private readonly VisualMemory _memory;

    [ComponentName(Name = "embedding")]
    private readonly WordEmbedding _embedding;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<ReadingLayer> _layers;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    /// <param name="name">The module's name.</param>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="words">How many words it knows, <see cref="Vocabulary.Count"/>.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="dropout">The share that training leaves out, 0..1.</param>
    private protected ReadingHead(string name, IReadOnlyList<HeadSource> sources, int words, HeadShape shape, double dropout)
        : base(name)
    {
        Sources = sources;
        MaxWords = shape.MaxWords;
        _memory = new VisualMemory(sources, shape.Width);

        // The start takes a place, too.
        _embedding = new WordEmbedding(words, shape.MaxWords + 1, shape.Width, dropout);
        _layers = new ModuleList<ReadingLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new ReadingLayer(shape, dropout))]);
        _norm = nn.LayerNorm(shape.Width);
    }

    /// <summary>The layers of the trunk that it reads.</summary>
    public IReadOnlyList<HeadSource> Sources { get; }

    /// <summary>The most words that it reads or says.</summary>
    public int MaxWords { get; }

    /// <summary>The words' vectors, [V, d].</summary>
    private protected Tensor WordVectors => _embedding.Words;

    /// <summary>Looks at photos.</summary>
    /// <param name="activations">For each source the trunk's maps, [M, C, h, w].</param>
    public PhotoMemory Look(IReadOnlyList<Tensor> activations)
    {
        var projected = _memory.Project(activations);
        var memory = _memory.Remember(projected);
        return new PhotoMemory(projected, [.. _layers.Select(layer => layer.Look(memory))]);
    }

    /// <summary>
    /// What the head takes of each source, by its weights, [d, C]: of the vector of C channels at a position their product with it, and a
    /// constant.
    /// </summary>
    public IReadOnlyList<Tensor> ProjectionWeights => _memory.Weights;

    /// <summary>Evaluates scores of what the head says of a photo, and differentiates them. Its parameters must be frozen.</summary>
    /// <param name="photo">One photo.</param>
    /// <param name="rows">How many scores, R.</param>
    /// <param name="evaluate">
    /// From the photo to the scores, [R], by one pass over R rows of words, or one row that all scores share: a score is that of its row alone.
    /// </param>
    /// <returns>The scores, and dScore/dVector of what the head takes: for each source [R, h·w, d].</returns>
    public (Tensor Scores, IReadOnlyList<Tensor> Gradients) Differentiate(PhotoMemory photo, int rows, Func<PhotoMemory, Tensor> evaluate)
    {
        var tape = new PhotoTape(rows);
        var scores = evaluate(photo.On(tape));
        return (scores.detach(), _memory.Differentiate(photo.Projected, tape.Differentiate(scores)));
    }

    /// <summary>What each word has come to know after all layers.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers; N/M neighbours belong to a photo.</param>
    /// <param name="mask">Added to the weights' logits among words, [T, T] or [N, 1, 1, T].</param>
    /// <returns>[N, T, d], normalised.</returns>
    private protected Tensor Read(PhotoMemory photos, Tensor words, Tensor mask) => _norm.call(Run(photos, words, mask, _layers.Count));

    /// <summary>What words at some places have come to know after all layers, of which the last runs for them alone.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers, or [1, T] for all N; N/M neighbours belong to a photo.</param>
    /// <param name="mask">Added to the weights' logits among words, [T, T] or [N, 1, 1, T].</param>
    /// <param name="places">K places of each row, int64 [N, K].</param>
    /// <param name="maskAtPlaces">The mask of those alone, [N, 1, K, T] or what expands to it.</param>
    /// <returns>[N, K, d], normalised.</returns>
    private protected Tensor ReadAt(PhotoMemory photos, Tensor words, Tensor mask, Tensor places, Tensor maskAtPlaces) =>
        _norm.call(_layers[^1].ForwardAt(Run(photos, words, mask, _layers.Count - 1), places, photos.Layers[^1], maskAtPlaces));

    /// <summary>Where each word of the last layer looks: the mean of its heads.</summary>
    /// <returns>[N, T, P], P the positions of all sources; each row sums to 1.</returns>
    private protected Tensor Gaze(PhotoMemory photos, Tensor words, Tensor mask) =>
        _layers[^1].Gaze(Run(photos, words, mask, _layers.Count - 1), photos.Layers[^1], mask);

    /// <summary>What one more word of each sentence has come to know, where those before it have been run before.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, 1] numbers.</param>
    /// <param name="earlier">The words before; null at the start.</param>
    /// <returns>[N, 1, d], normalised, and the words so far.</returns>
    private protected (Tensor States, SentenceMemory Words) ReadNext(PhotoMemory photos, Tensor words, SentenceMemory? earlier)
    {
        var states = _embedding.At(words, earlier?.Length ?? 0);
        var seen = new KeysAndValues[_layers.Count];
        for (var i = 0; i < _layers.Count; i++)
        {
            var before = earlier?.Layers[i];
            states = _layers[i].Next(states, photos.Layers[i], ref before);
            seen[i] = before!;
        }
        return (_norm.call(states), new SentenceMemory(seen));
    }

    private Tensor Run(PhotoMemory photos, Tensor words, Tensor mask, int layers)
    {
        var states = _embedding.call(words);
        for (var i = 0; i < layers; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return states;
    }
}
