using GradCamGrpc.Models.Text;
using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>A head that reads words and, by attention, the positions of a trunk's maps: what all heads with words have in common.</summary>
/// <remarks>
/// Its tensors live in the caller's dispose scope. Once frozen, any number of threads may use it at a time, each in a dispose scope of its
/// own; before, it belongs to one.
/// </remarks>
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

    private readonly int _heads;

    /// <summary>What each layer sees of the places alone; null before the head is frozen.</summary>
    private IReadOnlyList<KeysAndValues>? _ofPlaces;

    /// <summary>The parameters that were frozen: to find them takes longer than to look at them.</summary>
    private IReadOnlyList<Parameter> _frozen = [];

    /// <summary>Multiplies with ordered weights; null before the head is frozen, and where there is no such kernel.</summary>
    private LinearKernel? _kernel;

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
        _heads = shape.AttentionHeads;
        _memory = new VisualMemory(sources, shape.Width);

        // The start takes a place, too.
        _embedding = new WordEmbedding(words, shape.MaxWords + 1, shape.Width, dropout);
        _layers = new ModuleList<ReadingLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new ReadingLayer(shape, dropout))]);
        _norm = nn.LayerNorm(shape.Width);
    }

    /// <summary>How many numbers a head is made of, at least: vectors, and each layer's two widest maps.</summary>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="vectors">How many words and answers it has vectors for.</param>
    /// <param name="shape">Its size.</param>
    public static long LeastNumbers(IReadOnlyList<HeadSource> sources, int vectors, HeadShape shape) =>
        shape.Width * ((long)vectors + shape.MaxWords + sources.Sum(source => (long)source.Channels + source.Positions) + 8L * shape.Width * shape.Layers);

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

    /// <summary>How many numbers it takes to differentiate a score of the longest sentence, no more than about so many.</summary>
    public long ElementsOfARow => (MaxWords + 1L) * (8L * _heads * Sources.Sum(source => source.Positions) + 16L * WordVectors.shape[1]);

    /// <summary>Ends training for good: evaluation mode, and no gradients of parameters. Its weights must not change any more.</summary>
    public void Freeze()
    {
        using var noTape = no_grad();
        eval();
        _frozen = [.. parameters()];
        foreach (var parameter in _frozen)
            parameter.requires_grad_(false);
        using var scope = NewDisposeScope();
        var places = _memory.Nothing;
        Forget();
        _kernel = LinearKernel.For(WordVectors.device, WordVectors.dtype);
        if (_kernel is not null)
            Order(_kernel);
        _ofPlaces = [.. _layers.Select(layer => layer.Look(places).Kept())];
    }

    /// <summary>Evaluates scores of what the head says of a photo, and differentiates them. The head must be frozen.</summary>
    /// <param name="photo">One photo.</param>
    /// <param name="rows">How many scores, R.</param>
    /// <param name="evaluate">
    /// From the photo to the scores, [R], by one pass over R rows of words, or one row that all scores share: a score is that of its row alone.
    /// </param>
    /// <returns>The scores, and dScore/dVector of what the head takes: for each source [R, h·w, d].</returns>
    /// <exception cref="InvalidOperationException">The head is not frozen.</exception>
    public (Tensor Scores, IReadOnlyList<VectorField> Gradients) Differentiate(PhotoMemory photo, int rows, Func<PhotoMemory, Tensor> evaluate)
    {
        if (_ofPlaces is null)
            throw new InvalidOperationException("a head is differentiated once it is frozen");
        if (training || _frozen.Any(parameter => parameter.requires_grad))
            throw new InvalidOperationException("the head has been trained since it was frozen");
        if (photo.Count != 1)
            throw new ArgumentException($"scores are differentiated of one photo, not of {photo.Count}", nameof(photo));

        var tape = new PhotoTape(rows);
        var scores = evaluate(photo.On(tape));
        var gradients = new MemoryGradients(tape.Differentiate(scores), photo.Layers, _ofPlaces);
        return (scores.detach(), _memory.Differentiate(photo.Projected, gradients));
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Forget();
        base.Dispose(disposing);
    }

    /// <summary>Puts the weights in the order in which a kernel reads them.</summary>
    private protected virtual void Order(LinearKernel kernel)
    {
        foreach (var linear in modules().OfType<HeadLinear>())
            linear.Order(kernel);
    }

    /// <summary>Drops what was made of the weights.</summary>
    private protected virtual void Forget()
    {
        foreach (var seen in _ofPlaces ?? [])
            seen.Dispose();
        _ofPlaces = null;
        foreach (var linear in modules().OfType<HeadLinear>())
            linear.Forget();
        _kernel?.Dispose();
        _kernel = null;
    }

    /// <summary>What the head says of what words have come to know.</summary>
    /// <param name="states">[N, T, d], normalised.</param>
    /// <returns>[N, T, n].</returns>
    private protected abstract Tensor Say(Tensor states);

    /// <summary>Carries gradients back through <see cref="Say"/>.</summary>
    /// <param name="gradients">[R, T, n].</param>
    /// <returns>[R, T, d].</returns>
    private protected abstract Tensor SayBack(Tensor gradients);

    /// <summary>What the head says of each word after all layers.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers; N/M neighbours belong to a photo.</param>
    /// <param name="mask">Added to the weights' logits among words, [T, T] or [N, 1, 1, T].</param>
    /// <returns>[N, T, n], as <see cref="Say"/> has it.</returns>
    private protected Tensor Read(PhotoMemory photos, Tensor words, Tensor mask) =>
        Said(photos, photos.Tape is { } tape ? Run(photos, words, mask, tape) : Run(photos, words, mask, _layers.Count));

    /// <summary>What the head says of words at some places after all layers, of which the last runs for them alone.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers, or [1, T] for all N; N/M neighbours belong to a photo.</param>
    /// <param name="mask">Added to the weights' logits among words, [T, T] or [N, 1, 1, T].</param>
    /// <param name="places">K places of each row, int64 [N, K].</param>
    /// <param name="maskAtPlaces">The mask of those alone, [N, 1, K, T] or what expands to it.</param>
    /// <returns>[N, K, n], as <see cref="Say"/> has it.</returns>
    private protected Tensor ReadAt(PhotoMemory photos, Tensor words, Tensor mask, Tensor places, Tensor maskAtPlaces) =>
        Said(photos, photos.Tape is { } tape
            ? Run(photos, words, mask, tape, places, maskAtPlaces)
            : _layers[^1].ForwardAt(Run(photos, words, mask, _layers.Count - 1), places, photos.Layers[^1], maskAtPlaces));

    /// <summary>Where each word of the last layer looks: the mean of its heads.</summary>
    /// <returns>[N, T, P], P the positions of all sources; each row sums to 1.</returns>
    private protected Tensor Gaze(PhotoMemory photos, Tensor words, Tensor mask) =>
        _layers[^1].Gaze(Run(photos, words, mask, _layers.Count - 1), photos.Layers[^1], mask);

    /// <summary>What the head says of one more word of each sentence, where those before it have been run before.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, 1] numbers.</param>
    /// <param name="earlier">The words before; null at the start.</param>
    /// <returns>[N, 1, n], as <see cref="Say"/> has it, and the words so far.</returns>
    private protected (Tensor Said, SentenceMemory Words) ReadNext(PhotoMemory photos, Tensor words, SentenceMemory? earlier)
    {
        var states = _embedding.At(words, earlier?.Length ?? 0);
        var seen = new KeysAndValues[_layers.Count];
        for (var i = 0; i < _layers.Count; i++)
        {
            var before = earlier?.Layers[i];
            states = _layers[i].Next(states, photos.Layers[i], ref before);
            seen[i] = before!;
        }
        return (Say(_norm.call(states)), new SentenceMemory(seen));
    }

    /// <param name="photos">M photos.</param>
    /// <param name="states">The last layer's output, [N, T, d].</param>
    private Tensor Said(PhotoMemory photos, Tensor states)
    {
        if (photos.Tape is not { } tape)
            return Say(_norm.call(states));
        using var noTape = no_grad();
        return tape.Start(Say(_norm.call(states)), gradients => LayerNormGradient.Of(_norm, states, SayBack(gradients)));
    }

    private Tensor Run(PhotoMemory photos, Tensor words, Tensor mask, int layers)
    {
        var states = _embedding.call(words);
        for (var i = 0; i < layers; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return states;
    }

    /// <summary>Runs all layers, the last at some places where there are any, on a tape.</summary>
    private Tensor Run(PhotoMemory photo, Tensor words, Tensor mask, PhotoTape tape, Tensor? places = null, Tensor? maskAtPlaces = null)
    {
        using var noTape = no_grad();
        var states = _embedding.call(words);
        for (var i = 0; i < _layers.Count; i++)
        {
            var isLast = i == _layers.Count - 1;
            var trace = _layers[i].Trace(states, photo.Layers[i], isLast ? maskAtPlaces ?? mask : mask, isLast ? places : null);
            tape.Note(_layers[i], trace);
            states = trace.Output;
        }
        return states;
    }
}
