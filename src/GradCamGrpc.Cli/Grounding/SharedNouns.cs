using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Two captions of a photo, and the nouns that both have.</summary>
/// <param name="First">A caption.</param>
/// <param name="Second">Another.</param>
/// <param name="InFirst">The place of each noun in the first; two nouns or more.</param>
/// <param name="InSecond">Its place in the second.</param>
internal sealed record SharedNouns(IReadOnlyList<string> First, IReadOnlyList<string> Second, IReadOnlyList<int> InFirst, IReadOnlyList<int> InSecond)
{
    private const int Least = 2;

    /// <summary>Finds the two captions that share the most nouns, the first of equals.</summary>
    /// <param name="captions">The captions, as words.</param>
    /// <param name="isKnown">Whether a word can be explained.</param>
    /// <returns>Null where no two captions share two nouns.</returns>
    public static SharedNouns? Find(IReadOnlyList<IReadOnlyList<string>> captions, Predicate<string> isKnown)
    {
        var nouns = captions.Select(caption => NounsOf(caption, isKnown)).ToArray();
        SharedNouns? best = null;
        for (var one = 0; one < captions.Count; one++)
        {
            for (var other = one + 1; other < captions.Count; other++)
            {
                string[] shared = [.. nouns[one].Keys.Where(nouns[other].ContainsKey).Order(StringComparer.Ordinal)];
                if (shared.Length >= Least && shared.Length > (best?.InFirst.Count ?? 0) && !captions[one].SequenceEqual(captions[other]))
                {
                    best = new SharedNouns(
                        captions[one], captions[other], [.. shared.Select(noun => nouns[one][noun])], [.. shared.Select(noun => nouns[other][noun])]);
                }
            }
        }
        return best;
    }

    /// <summary>The nouns that are said once, and where.</summary>
    private static Dictionary<string, int> NounsOf(IReadOnlyList<string> caption, Predicate<string> isKnown) => SortedWord.Of(caption)
        .Select((word, place) => (word, place))
        .Where(pair => pair.word.Concept is not null)
        .GroupBy(pair => pair.word.Concept!, StringComparer.Ordinal)
        .Where(group => group.Count() == 1 && isKnown(group.First().word.Text))
        .ToDictionary(group => group.Key, group => group.First().place, StringComparer.Ordinal);
}
