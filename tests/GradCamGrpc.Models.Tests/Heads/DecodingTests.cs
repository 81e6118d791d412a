using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class DecodingTests
{
    private const int A = 4;
    private const int B = 5;
    private const int C = 6;
    private const int Count = 7;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A model whose probabilities depend on all words so far, at random.</summary>
    private sealed class RandomLanguage(int seed) : ISentenceModel
    {
        private List<int[]> _sentences = [[]];

        public IReadOnlyList<float[]> NextWords(IReadOnlyList<(int Parent, int Word)> sentences)
        {
            _sentences = [.. sentences.Select(step => (int[])[.. _sentences[step.Parent], step.Word])];
            return [.. _sentences.Select(LogProbabilities)];
        }

        public float[] LogProbabilities(IReadOnlyList<int> words)
        {
            var random = new Random(words.Aggregate(seed, (hash, word) => unchecked(hash * 31 + word)));
            var weights = Enumerable.Range(0, Count).Select(_ => -Math.Log(random.NextDouble())).ToArray();
            return [.. weights.Select(weight => (float)Math.Log(weight / weights.Sum()))];
        }
    }

    /// <summary>Probabilities of the words A, B and C after each other, whatever came before; the end has what is left.</summary>
    private sealed class Table(params float[][] places) : ISentenceModel
    {
        private int _place;

        public IReadOnlyList<float[]> NextWords(IReadOnlyList<(int Parent, int Word)> sentences)
        {
            var place = places[_place++];
            var next = Enumerable.Repeat(float.NegativeInfinity, Count).ToArray();
            next[Vocabulary.End] = MathF.Log(1 - place.Sum());
            for (var word = A; word < Count; word++)
                next[word] = MathF.Log(place[word - A]);
            return [.. sentences.Select(_ => next)];
        }
    }

    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(2, 0.7)]
    [InlineData(3, 1.0)]
    [InlineData(4, 2.0)]
    public void Find_BeamsForAllSentences_FindsWhatTryingAllFinds(int seed, double penalty)
    {
        var rules = new DecodingRules { MaxWords = 3 };

        var found = new BeamSearch(60, penalty).Find(new RandomLanguage(seed), rules, Cancellation);

        // 3 + 9 + 27 sentences of one to three words: all are found, in the right order.
        var all = AllSentences(seed, 3).OrderByDescending(sentence => sentence.Score(penalty)).ToArray();
        Assert.Equal(39, found.Count);
        Assert.Equal(all.Select(sentence => string.Join(' ', sentence.Words)), found.Select(sentence => string.Join(' ', sentence.Words)));
        Assert.Equal(all[0].LogProbability, found[0].LogProbability, 1e-6);
    }

    /// <summary>
    /// "A ." is worth ln 0.25 / 2 = -0.69. "A A" is less likely, and looks worse at its own length, but goes on surely: ln 0.1715 / 5 = -0.35.
    /// Where length does not count, the short one wins.
    /// </summary>
    [Fact]
    public void Find_LengthIsRewarded_WaitsForALateSentence()
    {
        Table Model() => new([0.5f, 0.2f, 0.1f], [0.4f, 0.05f, 0.05f], [0.95f, 0.01f, 0.01f], [0.95f, 0.01f, 0.01f], [0.02f, 0.02f, 0.01f]);
        var rules = new DecodingRules { MaxWords = 4 };

        var late = Assert.Single(new BeamSearch(1, LengthPenalty: 1).Find(Model(), rules, Cancellation));
        var soon = Assert.Single(new BeamSearch(1, LengthPenalty: 0).Find(Model(), rules, Cancellation));

        Assert.Equal([A, A, A, A, Vocabulary.End], late.Words);
        Assert.Equal(Math.Log(0.5 * 0.4 * 0.95 * 0.95 * 0.95) / 5, late.Score(1), 1e-6);
        Assert.Equal([A, Vocabulary.End], soon.Words);
        Assert.Equal(Math.Log(0.5 * 0.5), soon.Score(0), 1e-6);
    }

    /// <summary>
    /// After two words the likeliest are "A A" (0.25), "B A" (0.2) and only then "A ." (0.15) and "B ." (0.12): these ends are behind the beams, and
    /// not found, though they are likelier than "A A ." (0.125) and "B A ." (0.1).
    /// </summary>
    [Fact]
    public void Find_EndBehindTheBeams_IsNotFound()
    {
        var found = new BeamSearch(2, LengthPenalty: 0).Find(
            new Table([0.5f, 0.4f, 0.05f], [0.5f, 0.1f, 0.1f], [0.2f, 0.2f, 0.1f]), new DecodingRules { MaxWords = 3 }, Cancellation);

        Assert.Equal([[A, A, Vocabulary.End], [B, A, Vocabulary.End]], found.Select(sentence => sentence.Words));
        Assert.Equal(Math.Log(0.125), found[0].LogProbability, 1e-6);
        Assert.Equal(Math.Log(0.1), found[1].LogProbability, 1e-6);
    }

    [Fact]
    public void Find_OneBeam_TakesTheLikeliestWordEachTime()
    {
        var found = new BeamSearch(1, 0).Find(new Table([0.2f, 0.5f, 0.1f], [0.4f, 0.3f, 0.1f], [0.1f, 0.1f, 0.1f]), new DecodingRules { MaxWords = 5 }, cancellation: Cancellation);

        Assert.Equal([B, A, Vocabulary.End], Assert.Single(found).Words);
        Assert.Equal(Math.Log(0.5 * 0.4 * 0.7), found[0].LogProbability, 1e-6);
    }

    [Fact]
    public void Find_MinimumAndMaximum_BoundTheLength()
    {
        Table Eager() => new([0.1f, 0.1f, 0.1f], [0.1f, 0.1f, 0.05f], [0.1f, 0.2f, 0.1f], [0.1f, 0.1f, 0.1f]);

        Assert.Equal(2, new BeamSearch(1, 0).Find(Eager(), new DecodingRules { MinWords = 2, MaxWords = 3 }, Cancellation)[0].Words.Count(Vocabulary.IsWord));

        Table Talkative() => new([0.4f, 0.3f, 0.29f], [0.4f, 0.3f, 0.29f], [0.4f, 0.3f, 0.29f]);
        Assert.All(new BeamSearch(3, 0).Find(Talkative(), new DecodingRules { MaxWords = 2 }, Cancellation), sentence => Assert.True(sentence.Words.Count <= 3));
    }

    [Fact]
    public void Find_PrefixAndBannedWords_AreKept()
    {
        var rules = new DecodingRules { MaxWords = 3, Prefix = [C], Banned = new HashSet<int> { A, C } };

        var found = new BeamSearch(4, 0).Find(new RandomLanguage(9), rules, Cancellation);

        Assert.NotEmpty(found);
        Assert.All(found, sentence => Assert.Equal(C, sentence.Words[0]));
        Assert.All(found, sentence => Assert.DoesNotContain(sentence.Words.Skip(1), word => word is A or C));
    }

    [Fact]
    public void Draw_NucleusOfOneWord_IsGreedy()
    {
        var drawn = new NucleusSampling(TopP: 0.01, Temperature: 1, Seed: 1).Draw(
            new Table([0.2f, 0.5f, 0.1f], [0.4f, 0.3f, 0.1f], [0.1f, 0.1f, 0.1f]), new DecodingRules { MaxWords = 5 }, cancellation: Cancellation);

        Assert.Equal([B, A, Vocabulary.End], drawn.Words);
    }

    /// <summary>Of 0.2, 0.5, 0.2 and 0.1 the nucleus of 0.6 is the second and the first: in 5 of 7 draws the second.</summary>
    [Fact]
    public void Draw_ManySeeds_HaveTheNucleusProbabilities()
    {
        const int Draws = 2000;
        var rules = new DecodingRules { MaxWords = 1 };
        var first = Enumerable
            .Range(0, Draws)
            .Select(seed => new NucleusSampling(0.6, 1, (ulong)seed).Draw(new Table([0.2f, 0.5f, 0.19f], [0, 0, 0]), rules, cancellation: Cancellation).Words[0])
            .ToArray();

        // Three standard deviations of 2,000 draws are 0.03.
        Assert.Equal(5.0 / 7, first.Count(word => word == B) / (double)Draws, 0.03);
        Assert.DoesNotContain(C, first);
    }

    /// <summary>
    /// Of 0.1, 0.5 and 0.2 a temperature of 1/2 makes the squares, 0.01, 0.25 and 0.04 of 0.3, and 2 the roots, 0.316, 0.707 and 0.447 of 1.471.
    /// How likely a word is, is the head's say, whatever the temperature.
    /// </summary>
    [Theory]
    [InlineData(0.5, 1 / 30.0, 25 / 30.0, 4 / 30.0)]
    [InlineData(1, 1 / 8.0, 5 / 8.0, 2 / 8.0)]
    [InlineData(2, 0.21505, 0.48086, 0.30412)]
    public void Draw_Temperature_ChangesWhatIsDrawnAndNotWhatIsReported(double temperature, double a, double b, double c)
    {
        const int Draws = 4000;
        var rules = new DecodingRules { MaxWords = 1 };
        var drawn = Enumerable
            .Range(0, Draws)
            .Select(seed => new NucleusSampling(1, temperature, (ulong)seed).Draw(new Table([0.1f, 0.5f, 0.2f], [0, 0, 0]), rules, cancellation: Cancellation))
            .ToArray();

        // Three standard deviations of 4,000 draws are 0.024 at most.
        double Share(int word) => drawn.Count(sentence => sentence.Words[0] == word) / (double)Draws;
        Assert.Equal(a, Share(A), 0.024);
        Assert.Equal(b, Share(B), 0.024);
        Assert.Equal(c, Share(C), 0.024);
        Assert.All(drawn.Where(sentence => sentence.Words[0] == B), sentence => Assert.Equal(Math.Log(0.5), sentence.LogProbability, 1e-6));
    }

    /// <summary>0.5 of 0.8 is less than 0.7 of it; its square, 0.25 of 0.3, is more.</summary>
    [Fact]
    public void Draw_LowTemperature_NarrowsTheNucleus()
    {
        var rules = new DecodingRules { MaxWords = 1 };
        IEnumerable<int> Words(double temperature) => Enumerable
            .Range(0, 200)
            .Select(seed => new NucleusSampling(0.7, temperature, (ulong)seed).Draw(new Table([0.1f, 0.5f, 0.2f], [0, 0, 0]), rules, cancellation: Cancellation).Words[0])
            .Distinct()
            .Order();

        Assert.Equal([B, C], Words(1));
        Assert.Equal([B], Words(0.5));
    }

    [Fact]
    public void Draw_SameSeed_SaysTheSame()
    {
        var rules = new DecodingRules { MaxWords = 8 };
        string Say(ulong seed) => string.Join(' ', new NucleusSampling(0.95, 1, seed).Draw(new RandomLanguage(3), rules, cancellation: Cancellation).Words);

        Assert.Equal(Say(5), Say(5));
        Assert.True(Enumerable.Range(0, 20).Select(seed => Say((ulong)seed)).Distinct(StringComparer.Ordinal).Count() > 1);

        // Seeds that differ in their upper half alone, and such as are each other's negative.
        Assert.True(Enumerable.Range(0, 20).Select(high => Say(((ulong)high << 32) + 5)).Distinct(StringComparer.Ordinal).Count() > 1);
        Assert.Contains(Enumerable.Range(1, 20), seed => Say((ulong)seed) != Say(unchecked((ulong)-seed)));
    }

    private static IEnumerable<Sentence> AllSentences(int seed, int maxWords)
    {
        var language = new RandomLanguage(seed);
        IEnumerable<Sentence> Extend(Sentence sentence, int[] said)
        {
            var next = language.LogProbabilities(said);
            if (sentence.Words.Count > 0)
                yield return sentence.With(Vocabulary.End, next[Vocabulary.End]);
            if (sentence.Words.Count == maxWords)
                yield break;
            for (var word = A; word < Count; word++)
            {
                foreach (var longer in Extend(sentence.With(word, next[word]), [.. said, word]))
                    yield return longer;
            }
        }
        return Extend(Sentence.Empty, [Vocabulary.Start]);
    }
}
