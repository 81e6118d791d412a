using GradCamGrpc.Models.Text;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Heads;

/// <summary>
/// Answers a question about a photo: the question's words look at each other and at the positions of a trunk's maps, in several layers,
/// and what the first place has come to know chooses among known answers.
/// </summary>
public sealed class AnswerHead : ReadingHead
{
    [ComponentName(Name = "answer")]
    private readonly HeadLinear _answer;

    [ComponentName(Name = "hidden")]
    private readonly Tensor _hidden;

    /// <summary>Builds a head with random weights.</summary>
    /// <param name="sources">The layers of the trunk that it reads.</param>
    /// <param name="words">How many words it knows, <see cref="Vocabulary.Count"/>.</param>
    /// <param name="answers">How many answers it knows.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="dropout">The share that training leaves out, 0..1.</param>
    public AnswerHead(IReadOnlyList<HeadSource> sources, int words, int answers, HeadShape shape, double dropout = 0)
        : base(nameof(AnswerHead), sources, words, shape, dropout)
    {
        _answer = new HeadLinear(shape.Width, answers);
        _hidden = tensor(float.NegativeInfinity);
        register_buffer("hidden", _hidden, persistent: false);
        RegisterComponents();
    }

    /// <summary>How much speaks for each answer.</summary>
    /// <param name="photos">M photos.</param>
    /// <param name="words">
    /// [N, T] numbers, the first <see cref="Vocabulary.Start"/>, filled up with <see cref="Vocabulary.Padding"/>; N/M neighbours ask about a photo.
    /// </param>
    /// <returns>Logits [N, answers].</returns>
    public Tensor Logits(PhotoMemory photos, Tensor words)
    {
        var hidden = Hidden(words);
        var first = zeros(words.shape[0], 1, dtype: int64, device: words.device);
        return ReadAt(photos, words, hidden, first, hidden).squeeze(1);
    }

    /// <summary>Where the first place of the last layer looks, from which the answer comes: the mean of its heads.</summary>
    /// <returns>[N, P], P the positions of all sources; each row sums to 1.</returns>
    public Tensor AttentionWeights(PhotoMemory photos, Tensor words) => Gaze(photos, words, Hidden(words)).select(1, 0);

    /// <returns>The logits of the answers.</returns>
    private protected override Tensor Say(Tensor states) => _answer.call(states);

    private protected override Tensor SayBack(Tensor gradients) => _answer.Back(gradients);

    /// <summary>[N, 1, 1, T]: minus infinity at places without a word, else zero.</summary>
    private Tensor Hidden(Tensor words)
    {
        var isWord = words.to(ScalarType.Bool);
        return where(isWord, zeros_like(_hidden), _hidden).unsqueeze(1).unsqueeze(1);
    }
}
