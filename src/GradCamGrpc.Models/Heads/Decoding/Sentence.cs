using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>A sentence, whole or not, and how likely it is.</summary>
/// <param name="Words">Its words' numbers, and <see cref="Vocabulary.End"/> once it is whole.</param>
/// <param name="LogProbabilities">The logarithm of each one's probability, given those before it.</param>
public sealed record Sentence(IReadOnlyList<int> Words, IReadOnlyList<float> LogProbabilities)
{
    /// <summary>Nothing said yet.</summary>
    public static Sentence Empty { get; } = new([], []);

    /// <summary>Whether it has come to its end.</summary>
    public bool IsWhole => Words is [.., Vocabulary.End];

    /// <summary>The logarithm of its probability.</summary>
    public double LogProbability => LogProbabilities.Sum(one => (double)one);

    /// <summary>What sentences of several lengths are compared by: log-probability / length^penalty, the end being counted.</summary>
    public double Score(double lengthPenalty) => LogProbability / Math.Pow(Math.Max(Words.Count, 1), lengthPenalty);

    /// <summary>The sentence and one more word.</summary>
    public Sentence With(int word, float logProbability) => new([.. Words, word], [.. LogProbabilities, logProbability]);
}
