using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Heads.Decoding;

/// <summary>What a sentence may be.</summary>
public sealed record DecodingRules
{
    /// <summary>The fewest words.</summary>
    public int MinWords { get; init; } = 1;

    /// <summary>The most words; at least <see cref="MinWords"/>.</summary>
    public required int MaxWords { get; init; }

    /// <summary>The words that it begins with, as numbers; no more than <see cref="MaxWords"/>.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Words that are not said, unless the prefix says them.</summary>
    public IReadOnlySet<int> Banned { get; init; } = new HashSet<int>();

    /// <summary>Whether a word may come next.</summary>
    /// <param name="length">How many words there are before it.</param>
    /// <param name="word">Its number, or <see cref="Vocabulary.End"/>.</param>
    public bool Allow(int length, int word)
    {
        if (length < Prefix.Count)
            return word == Prefix[length];
        if (word == Vocabulary.End)
            return length >= MinWords;
        return length < MaxWords && Vocabulary.IsWord(word) && !Banned.Contains(word);
    }
}
