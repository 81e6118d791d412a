using System.Numerics;

namespace GradCamGrpc.Training.Metrics;

/// <summary>Equal words of a candidate and a reference, paired one to one.</summary>
/// <param name="Matches">Pairs.</param>
/// <param name="Chunks">The fewest runs that the pairs fall into which are unbroken, and in the same order, on both sides.</param>
internal readonly record struct WordAlignment(int Matches, int Chunks)
{
    /// <summary>
    /// Beginnings of pairings that are followed at once. Captions need a few dozen; beyond, those of the fewest chunks go on, and the result
    /// may have a chunk too many.
    /// </summary>
    private const int Beam = 1000;

    /// <summary>Of all pairings with the most pairs, the one with the fewest chunks.</summary>
    public static WordAlignment Between(IReadOnlyList<string> candidate, IReadOnlyList<string> reference)
    {
        var places = reference.Select((word, place) => (word, place)).ToLookup(entry => entry.word, entry => entry.place);
        var surplus = candidate.CountBy(word => word).ToDictionary(entry => entry.Key, entry => Math.Max(entry.Value - places[entry.Key].Count(), 0));
        var seen = new Dictionary<string, int>();
        var beginnings = new Dictionary<Beginning, int> { [new Beginning(BigInteger.Zero, Beginning.Unpaired)] = 0 };

        foreach (var word in candidate)
        {
            var before = seen.GetValueOrDefault(word);
            var next = new Dictionary<Beginning, int>();
            foreach (var (beginning, chunks) in beginnings)
            {
                var unused = places[word].Where(place => !beginning.Uses(place)).ToArray();
                foreach (var place in unused)
                    KeepFewest(next, beginning.Pair(place), place == beginning.Last + 1 ? chunks : chunks + 1);

                var skipped = before - (places[word].Count() - unused.Length);
                if (skipped < surplus[word])
                    KeepFewest(next, beginning.Skip(), chunks);
            }
            beginnings = next.Count <= Beam ? next : next.OrderBy(entry => entry.Value).Take(Beam).ToDictionary();
            seen[word] = before + 1;
        }
        return new WordAlignment(candidate.Count - surplus.Values.Sum(), beginnings.Values.Min());
    }

    private static void KeepFewest(Dictionary<Beginning, int> beginnings, Beginning beginning, int chunks)
    {
        if (!beginnings.TryGetValue(beginning, out var other) || chunks < other)
            beginnings[beginning] = chunks;
    }

    /// <summary>What the words to come need to know of the pairs so far.</summary>
    /// <param name="Used">A bit for each of the reference's words that is taken.</param>
    /// <param name="Last">The place in the reference of the candidate's last word.</param>
    private readonly record struct Beginning(BigInteger Used, int Last)
    {
        /// <summary>The last word has no partner; no place follows this one.</summary>
        public const int Unpaired = -2;

        public bool Uses(int place) => !(Used >> place).IsEven;

        public Beginning Pair(int place) => new(Used | (BigInteger.One << place), place);

        public Beginning Skip() => this with { Last = Unpaired };
    }
}
