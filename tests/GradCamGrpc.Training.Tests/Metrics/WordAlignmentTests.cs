using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class WordAlignmentTests
{
    [Theory]
    [InlineData("the president spoke to the audience", "the president then spoke to the audience", 6, 2)]   // Banerjee and Lavie 2005
    [InlineData("the cat", "the dog saw the cat", 2, 1)]            // the second "the" of the reference
    [InlineData("the the cat", "the cat", 2, 1)]                    // the second "the" of the candidate
    [InlineData("a b c", "c b a", 3, 3)]
    [InlineData("b a", "a b", 2, 2)]                                // neighbours, but in the other order
    [InlineData("a x b", "a b", 2, 2)]                              // unbroken in the reference only
    [InlineData("a a b", "a b a", 3, 2)]
    [InlineData("x y", "a b", 0, 0)]
    [InlineData("", "a b", 0, 0)]
    public void WordAlignment_BetweenSentences_HasTheFewestChunks(string candidate, string reference, int matches, int chunks) =>
        Assert.Equal(new WordAlignment(matches, chunks), WordAlignment.Between(Words(candidate), Words(reference)));

    [Fact]
    public void WordAlignment_EveryPairOfShortSentences_EqualsTheBestOfAllPairings()
    {
        var sentences = Enumerable.Range(1, 4).SelectMany(SentencesOf).ToArray();       // 3 + 9 + 27 + 81

        foreach (var candidate in sentences)
        {
            foreach (var reference in sentences)
            {
                var best = AllPairings(candidate, reference, []).MinBy(pairing => (-pairing.Matches, pairing.Chunks));
                Assert.True(
                    best == WordAlignment.Between(candidate, reference),
                    $"'{string.Join(' ', candidate)}' and '{string.Join(' ', reference)}' have {best}");
            }
        }
    }

    [Fact]
    public void WordAlignment_OneWordFortyTimes_IsOneChunk()
    {
        // There are 40! pairings, more than can be looked at.
        var sentence = Enumerable.Repeat("a", 40).ToArray();

        Assert.Equal(new WordAlignment(40, 1), WordAlignment.Between(sentence, sentence));
    }

    private static IEnumerable<string[]> SentencesOf(int words) => words == 0
        ? [[]]
        : SentencesOf(words - 1).SelectMany(start => Words("a b c").Select(word => (string[])[.. start, word]));

    /// <summary>Every way to give each word of the candidate an equal, unused word of the reference or none (-1).</summary>
    private static IEnumerable<WordAlignment> AllPairings(string[] candidate, string[] reference, int[] partners)
    {
        if (partners.Length == candidate.Length)
        {
            var paired = partners.Where(partner => partner >= 0).ToArray();
            var breaks = partners.Where((partner, i) => partner >= 0 && (i == 0 || partners[i - 1] < 0 || partners[i - 1] + 1 != partner)).Count();
            return [new WordAlignment(paired.Length, breaks)];
        }
        var free = Enumerable.Range(0, reference.Length)
            .Where(place => reference[place] == candidate[partners.Length] && !partners.Contains(place));
        return free.Append(-1).SelectMany(partner => AllPairings(candidate, reference, [.. partners, partner]));
    }
}
