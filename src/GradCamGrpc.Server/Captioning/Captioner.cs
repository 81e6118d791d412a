using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Models.Text;
using GradCamGrpc.Server.Heads;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Captioning;

/// <summary>Says sentences about photos and explains them, by what the network says at the layers that the head reads.</summary>
/// <remarks>
/// It runs on the threads of the model's workers, and on the CPU wherever the network runs. Once frozen, any number of threads may use it at
/// a time, each in a dispose scope of its own. What it is may be asked on any thread.
/// </remarks>
internal sealed class Captioner : IDisposable
{
    /// <summary>Beams of a search where nothing else is asked for.</summary>
    public const int DefaultBeams = 3;

    private readonly CaptionHead _head;

    /// <param name="head">The head, frozen and in evaluation mode; it is owned from here on.</param>
    /// <param name="words">The words that it knows.</param>
    public Captioner(CaptionHead head, Vocabulary words)
    {
        _head = head;
        Words = words;
        Layers = new HeadLayers(head);
    }

    public Vocabulary Words { get; }

    /// <summary>The longest sentence, in words.</summary>
    public int MaxWords => _head.MaxWords;

    /// <summary>The layers of the network that the head reads.</summary>
    public HeadLayers Layers { get; }

    /// <summary>How sentences are found where nothing else is asked for.</summary>
    public CaptionChoice.Searched DefaultChoice(CaptioningManifest manifest) =>
        new(new BeamSearch(DefaultBeams, manifest.LengthPenalty), new DecodingRules { MaxWords = MaxWords });

    /// <summary>Says sentences.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="choice">How they are found.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>At least one, all whole, the best first.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IReadOnlyList<Sentence> Say(ViewedPhoto photo, CaptionChoice choice, CancellationToken cancellation)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        return choice.Say(_head, photo.Memory, cancellation);
    }

    /// <summary>Where the head looks for each word of a sentence.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="sentence">A whole sentence.</param>
    /// <returns>For each word, the end left out, and each layer h·w weights.</returns>
    public IReadOnlyList<IReadOnlyList<float[]>> Attention(ViewedPhoto photo, Sentence sentence)
    {
        using var noTape = no_grad();
        using var scope = NewDisposeScope();
        var weights = _head.AttentionWeights(photo.Memory, SaidWords(sentence, sentence.Words.Count));      // [1, T, P]
        return [.. Layers.ByLayer(weights.squeeze(0)).Take(sentence.Words.Count - 1)];
    }

    /// <summary>Differentiates scores of a sentence, and makes a map of each.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="sentence">A whole sentence; each score is that of words behind its words before them.</param>
    /// <param name="targets">The scores.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>Maps at all <see cref="Layers"/> with the index of their target: see <see cref="HeadCut.Explain"/>.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<(int Target, SaliencyMap Map)> Explain(
        ViewedPhoto photo,
        Sentence sentence,
        IReadOnlyList<SentenceTarget> targets,
        IReadOnlyList<ICamMethod> methods,
        CancellationToken cancellation) =>
        Layers.Explain(photo, targets, (seen, rows) => Evaluate(seen, sentence, rows), methods, cancellation);

    public void Dispose() => _head.Dispose();

    private Tensor Evaluate(PhotoMemory photo, Sentence sentence, IReadOnlyList<SentenceTarget> targets)
    {
        var rows = new SentenceRows(targets);
        return rows.Evaluate(_head.Logits(photo, SaidWords(sentence, rows.Length), rows.Places()));
    }

    /// <summary>The start and the words behind it, without the last one, which is the end: [1, T].</summary>
    private static Tensor SaidWords(Sentence sentence, int count)
    {
        long[] said = [Vocabulary.Start, .. sentence.Words.Take(count - 1).Select(word => (long)word)];
        return tensor(said).unsqueeze(0);
    }
}
