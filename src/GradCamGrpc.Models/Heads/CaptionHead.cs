using GradCamGrpc.Models.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>
/// Says a sentence about a photo, word by word, by attention over the positions of a trunk's maps: a decoder (Vaswani et al. 2017,
/// normalised first) whose last layer's weights are the words' own vectors.
/// </summary>
public sealed class CaptionHead : ReadingHead
{
    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "unseen")]
    private readonly Tensor _unseen;

    /// <summary>The words' vectors as the last layer's weights.</summary>
    private readonly OrderedLinear _ordered = new();

    /// <summary>Builds a head with random weights.</summary>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="words">How many words it knows, <see cref="Vocabulary.Count"/>.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="dropout">The share that training leaves out, 0..1.</param>
    public CaptionHead(IReadOnlyList<HeadSource> sources, int words, HeadShape shape, double dropout = 0)
        : base(nameof(CaptionHead), sources, words, shape, dropout)
    {
        _bias = new Parameter(zeros(words));
        _unseen = CausalMask(shape.MaxWords + 1);
        register_buffer("unseen", _unseen, persistent: false);
        RegisterComponents();
    }

    /// <summary>What comes after each word of given sentences, each word seeing those before it.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers, the first <see cref="Vocabulary.Start"/>; N/M neighbours belong to a photo.</param>
    /// <returns>Logits [N, T, V].</returns>
    public Tensor Logits(PhotoMemory photos, Tensor words) => Read(photos, words, Unseen(words));

    /// <summary>What comes after some words of given sentences, each word seeing those before it.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, T] numbers, or [1, T] for all N, the first <see cref="Vocabulary.Start"/>; N/M neighbours belong to a photo.</param>
    /// <param name="places">The places of K words of each sentence, int64 [N, K].</param>
    /// <returns>Logits [N, K, V].</returns>
    public Tensor Logits(PhotoMemory photos, Tensor words, Tensor places)
    {
        var unseen = Unseen(words);
        var atPlaces = unseen.index_select(0, places.flatten()).reshape(places.shape[0], 1, places.shape[1], -1);
        return ReadAt(photos, words, unseen, places, atPlaces);
    }

    /// <summary>Where each word's last layer looks while it chooses the next: the mean of its heads.</summary>
    /// <returns>[N, T, P], P the positions of all sources; each row sums to 1.</returns>
    public Tensor AttentionWeights(PhotoMemory photos, Tensor words) => Gaze(photos, words, Unseen(words));

    /// <summary>What comes next, where the earlier words have been run before.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">[N, 1] numbers: each sentence's latest word.</param>
    /// <param name="earlier">The words before; null at the start.</param>
    /// <returns>Logits [N, V], and the words so far.</returns>
    public (Tensor Logits, SentenceMemory Words) Next(PhotoMemory photos, Tensor words, SentenceMemory? earlier)
    {
        var (said, seen) = ReadNext(photos, words, earlier);
        return (said.squeeze(1), seen);
    }

    private protected override void Order(LinearKernel kernel)
    {
        base.Order(kernel);
        _ordered.Order(kernel, WordVectors, _bias);
    }

    private protected override void Forget()
    {
        base.Forget();
        _ordered.Forget();
    }

    /// <returns>The logits of the next word.</returns>
    private protected override Tensor Say(Tensor states) => _ordered.Of(states, WordVectors, _bias);

    private protected override Tensor SayBack(Tensor gradients) => _ordered.Back(gradients, WordVectors);

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
