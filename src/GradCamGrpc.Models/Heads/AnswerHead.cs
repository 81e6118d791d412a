using GradCamGrpc.Models.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>
/// Answers a question about a photo: the question's words look at each other and at the positions of a trunk's maps, in several layers,
/// and what the first place has come to know chooses among known answers.
/// </summary>
/// <remarks>It belongs to one thread. Its tensors live in the caller's dispose scope.</remarks>
public sealed class AnswerHead : nn.Module
{
    [ComponentName(Name = "memory")]
    private readonly VisualMemory _memory;

    [ComponentName(Name = "embedding")]
    private readonly WordEmbedding _embedding;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<ReadingLayer> _layers;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "answer")]
    private readonly Linear _answer;

    [ComponentName(Name = "hidden")]
    private readonly Tensor _hidden;


    /// <summary>Builds a head with random weights.</summary>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="words">How many words it knows, <see cref="Vocabulary.Count"/>.</param>
    /// <param name="answers">How many answers it knows.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="dropout">The share that training leaves out, 0..1.</param>
    public AnswerHead(IReadOnlyList<HeadSource> sources, int words, int answers, HeadShape shape, double dropout = 0)
        : base(nameof(AnswerHead))
    {
        Sources = sources;
        MaxWords = shape.MaxWords;
        _memory = new VisualMemory(sources, shape.Width);
        _embedding = new WordEmbedding(words, shape.MaxWords + 1, shape.Width, dropout);
        _layers = new ModuleList<ReadingLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new ReadingLayer(shape, dropout))]);
        _norm = nn.LayerNorm(shape.Width);
        _answer = nn.Linear(shape.Width, answers);
        _hidden = tensor(float.NegativeInfinity);
        register_buffer("hidden", _hidden, persistent: false);
        RegisterComponents();
    }

    /// <summary>The layers of the trunk that it reads.</summary>
    public IReadOnlyList<HeadSource> Sources { get; }

    /// <summary>The longest question, in words.</summary>
    public int MaxWords { get; }

    /// <summary>Looks at photos.</summary>
    /// <param name="activations">For each source the trunk's maps, [M, C, h, w].</param>
    public PhotoMemory Look(IReadOnlyList<Tensor> activations)
    {
        var memory = _memory.call(activations);
        return new PhotoMemory([.. _layers.Select(layer => layer.Look(memory))]);
    }

    /// <summary>How much speaks for each answer.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">
    /// [N, T] numbers, the first <see cref="Vocabulary.Start"/>, filled up with <see cref="Vocabulary.Padding"/>; N/M neighbours ask about a photo.
    /// </param>
    /// <returns>Logits [N, answers].</returns>
    public Tensor Logits(PhotoMemory photos, Tensor words)
    {
        var mask = Hidden(words);
        var states = _embedding.call(words);
        for (var i = 0; i < _layers.Count; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return _answer.call(_norm.call(states.select(1, 0)));
    }

    /// <summary>Where the first place of the last layer looks, from which the answer comes: the mean of its heads.</summary>
    /// <returns>[N, P], P the positions of all sources; each row sums to 1.</returns>
    public Tensor AttentionWeights(PhotoMemory photos, Tensor words)
    {
        var mask = Hidden(words);
        var states = _embedding.call(words);
        for (var i = 0; i < _layers.Count - 1; i++)
            states = _layers[i].Forward(states, photos.Layers[i], mask);
        return _layers[^1].Gaze(states, photos.Layers[^1], mask).select(1, 0);
    }

    /// <summary>[N, 1, 1, T]: minus infinity at places without a word, else zero.</summary>
    private Tensor Hidden(Tensor words)
    {
        var isWord = words.to(ScalarType.Bool);
        return where(isWord, zeros_like(_hidden), _hidden).unsqueeze(1).unsqueeze(1);
    }
}
