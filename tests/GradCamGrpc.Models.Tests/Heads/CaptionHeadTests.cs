using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Text;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests.Heads;

public sealed class CaptionHeadTests : IDisposable
{
    private const int WordCount = 11;

    private static readonly HeadSource[] Sources = [new("coarse", Channels: 6, Height: 2, Width: 3), new("fine", Channels: 3, Height: 4, Width: 4)];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly CaptionHead _head;

    public CaptionHeadTests()
    {
        random.manual_seed(3);
        _head = new CaptionHead(Sources, WordCount, new HeadShape(Width: 16, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        _head.to(float64);
        _head.eval();
    }

    public void Dispose()
    {
        _head.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Logits_LaterWordChanged_LeavesEarlierPlacesAsTheyWere()
    {
        var photo = _head.Look(Photos(1));

        var logits = _head.Logits(photo, Sentence(Vocabulary.Start, 4, 5, 6));
        var changed = _head.Logits(photo, Sentence(Vocabulary.Start, 4, 5, 9));

        Assert.True(logits[.., ..3].allclose(changed[.., ..3], rtol: 1e-12));
        Assert.False(logits[.., 3].allclose(changed[.., 3], rtol: 1e-3));
    }

    /// <summary>Of one sentence that three rows share, and of sentences of their own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Logits_SomePlaces_AreThoseOfTheWholeSentence(int sentences)
    {
        var photo = _head.Look(Photos(1));
        var words = tensor(new long[,] { { Vocabulary.Start, 4, 5, 6 }, { Vocabulary.Start, 7, 5, 9 }, { Vocabulary.Start, 8, 8, 4 } })[..sentences];
        var places = new long[,] { { 0, 3 }, { 2, 2 }, { 1, 0 } };

        var some = _head.Logits(photo, words, tensor(places));

        var whole = _head.Logits(photo, words);
        Assert.Equal([3, 2, WordCount], some.shape);
        for (var row = 0; row < 3; row++)
        {
            for (var i = 0; i < 2; i++)
                Assert.True(some[row, i].allclose(whole[row % sentences, places[row, i]], rtol: 1e-9, atol: 1e-9));
        }
    }

    [Fact]
    public void Next_WordByWord_EqualsTheWholeSentence()
    {
        int[] words = [Vocabulary.Start, 4, 7, 5];
        var photo = _head.Look(Photos(1));
        var whole = _head.Logits(photo, Sentence(words));

        SentenceMemory? memory = null;
        for (var place = 0; place < words.Length; place++)
        {
            (var next, memory) = _head.Next(photo, Sentence(words[place]), memory);
            Assert.True(next.allclose(whole[.., place], rtol: 1e-9, atol: 1e-9));
        }
        Assert.Equal(words.Length, memory!.Length);
    }

    [Fact]
    public void Select_SentencesReordered_GoOnAsThemselves()
    {
        var photo = _head.Look(Photos(1));
        var (_, start) = _head.Next(photo, Sentence(Vocabulary.Start), null);
        var (_, two) = _head.Next(photo, tensor(new long[,] { { 4 }, { 5 } }), start.Select(tensor(new long[] { 0, 0 })));

        var (next, _) = _head.Next(photo, tensor(new long[,] { { 6 }, { 6 } }), two.Select(tensor(new long[] { 1, 0 })));

        Assert.True(next[0].allclose(_head.Logits(photo, Sentence(Vocabulary.Start, 5, 6))[0, 2], rtol: 1e-9, atol: 1e-9));
        Assert.True(next[1].allclose(_head.Logits(photo, Sentence(Vocabulary.Start, 4, 6))[0, 2], rtol: 1e-9, atol: 1e-9));
    }

    [Fact]
    public void Logits_SeveralSentencesOfSeveralPhotos_EqualEachAlone()
    {
        var photos = Photos(2);
        var words = tensor(new long[,] { { 1, 4, 5 }, { 1, 6, 7 }, { 1, 8, 9 }, { 1, 10, 4 } });

        var together = _head.Logits(_head.Look(photos), words);

        for (var row = 0; row < 4; row++)
        {
            var alone = _head.Logits(_head.Look([.. photos.Select(maps => maps.narrow(0, row / 2, 1))]), words.narrow(0, row, 1));
            Assert.True(together[row].allclose(alone[0], rtol: 1e-9, atol: 1e-9));
        }
    }

    [Fact]
    public void AttentionWeights_EveryWord_SumToOneOverAllPositions()
    {
        var weights = _head.AttentionWeights(_head.Look(Photos(1)), Sentence(Vocabulary.Start, 4, 5));

        Assert.Equal([1, 3, 2 * 3 + 4 * 4], weights.shape);
        Assert.True(weights.sum(-1).allclose(ones(1, 3, dtype: float64), rtol: 1e-9));
        Assert.True(weights.min().item<double>() >= 0);
    }

    /// <summary>Central differences of a word's log-probability, at positions of both layers.</summary>
    [Theory]
    [InlineData(0, 2, 1, 2)]
    [InlineData(0, 5, 0, 0)]
    [InlineData(1, 0, 3, 1)]
    [InlineData(1, 2, 2, 2)]
    public void Gradient_OfAWordsLogProbability_EqualsFiniteDifferences(int source, int channel, int row, int column)
    {
        const double Step = 1e-5;
        var photo = Photos(1);
        var leaves = photo.Select(maps => maps.clone().requires_grad_()).ToArray();
        var gradients = autograd.grad([LogProbability(leaves)], leaves);

        double Moved(double by)
        {
            var moved = photo.Select(maps => maps.clone()).ToArray();
            moved[source][0, channel, row, column] = photo[source][0, channel, row, column] + tensor(by, dtype: float64);
            return LogProbability(moved).item<double>();
        }

        var expected = (Moved(Step) - Moved(-Step)) / (2 * Step);
        Assert.Equal(expected, gradients[source][0, channel, row, column].item<double>(), 1e-8);
        Assert.NotEqual(0, expected);
    }

    /// <summary>A search of as many beams as there are sentences finds the best of all of them.</summary>
    [Fact]
    public void PhotoSentences_WideBeam_FindsTheBestOfAllSentences()
    {
        var photo = _head.Look(Photos(1));
        var rules = new DecodingRules { MaxWords = 2 };
        var best = (Score: double.NegativeInfinity, Words: Array.Empty<int>());
        foreach (var words in AllSentences())
        {
            long[] input = [Vocabulary.Start, .. words.Select(word => (long)word)];
            long[] next = [.. words.Select(word => (long)word), Vocabulary.End];
            var logits = _head.Logits(photo, tensor(input).unsqueeze(0)).log_softmax(-1)[0];
            var score = next.Select((word, i) => logits[i, word].item<double>()).Sum() / Math.Pow(next.Length, 0.7);
            if (score > best.Score)
                best = (score, [.. words, Vocabulary.End]);
        }

        _head.to(float32);
        var found = new BeamSearch(64, 0.7).Find(new PhotoSentences(_head, _head.Look([.. Photos(1).Select(maps => maps.to(float32))])), rules, TestContext.Current.CancellationToken)[0];

        Assert.Equal(best.Words, found.Words);
        Assert.Equal(best.Score, found.Score(0.7), 1e-4);
    }

    /// <summary>
    /// Beams overtake each other while they are as many as before: each has to go on from what it has said itself. What it reports is what the
    /// head says of the whole sentence at once.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void PhotoSentences_SeveralBeams_ReportWhatTheHeadSaysOfTheWholeSentence(int beams)
    {
        _head.to(float32);
        var rules = new DecodingRules { MinWords = 5, MaxWords = 6 };
        for (var seed = 0UL; seed < 4; seed++)
        {
            using var generator = new Generator(seed);
            Tensor[] maps = [.. Sources.Select(source => randn([1, source.Channels, source.Height, source.Width], generator: generator))];
            var photo = _head.Look(maps);

            var found = new BeamSearch(beams, 0.7).Find(new PhotoSentences(_head, photo), rules, TestContext.Current.CancellationToken);

            Assert.Equal(beams, found.Count);
            foreach (var sentence in found)
            {
                var logs = _head.Logits(photo, Sentence([Vocabulary.Start, .. sentence.Words.SkipLast(1)])).log_softmax(-1)[0];
                for (var place = 0; place < sentence.Words.Count; place++)
                    Assert.Equal(logs[place, sentence.Words[place]].item<float>(), sentence.LogProbabilities[place], 1e-4f);
            }
        }
    }

    /// <summary>
    /// Two positions, two attention heads of width two. Whatever the words, the query is (2, 0 | 0, 2); the keys are (1, 0 | 0, 0) and
    /// (0, 0 | 0, 2). So the logits are 2/√2 and 0, and 0 and 4/√2.
    /// </summary>
    [Fact]
    public void AttentionWeights_KnownQueryAndKeys_AreTheMeanOfTheHeadsSoftmaxOfScaledProducts()
    {
        using var head = new CaptionHead([new HeadSource("a", Channels: 1, Height: 1, Width: 2)], WordCount, new HeadShape(Width: 4, AttentionHeads: 2, Layers: 1, MaxWords: 3));
        head.eval();
        using var noTape = no_grad();
        var state = head.state_dict();
        void Set(string name, Tensor values) => state[name].copy_(values);
        Set("layers.0.norm_photo.weight", zeros(4));
        Set("layers.0.norm_photo.bias", tensor(new[] { 2f, 0, 0, 2 }));
        Set("memory.norms.0.weight", zeros(4));
        Set("memory.norms.0.bias", zeros(4));
        Set("memory.places.0", tensor(new[,] { { 1f, 0, 0, 0 }, { 0, 0, 0, 2 } }));
        foreach (var part in new[] { "query", "key" })
        {
            Set($"layers.0.photo.{part}.weight", eye(4));
            Set($"layers.0.photo.{part}.bias", zeros(4));
        }

        var weights = head.AttentionWeights(head.Look([randn(1, 1, 1, 2)]), Sentence(Vocabulary.Start, 4, 5));

        static double First(double first, double second) => Math.Exp(first) / (Math.Exp(first) + Math.Exp(second));
        var expected = (First(2 / Math.Sqrt(2), 0) + First(0, 4 / Math.Sqrt(2))) / 2;
        for (var word = 0; word < 3; word++)
        {
            Assert.Equal(expected, weights[0, word, 0].item<float>(), 1e-6);
            Assert.Equal(1 - expected, weights[0, word, 1].item<float>(), 1e-6);
        }
    }

    /// <summary>Two projections, norms and places; words, places and bias; two layers; a norm: each parameter once, by one name.</summary>
    [Fact]
    public void StateDict_Names_AreEachParameterOnce()
    {
        const int D = 16;
        const int Attention = 4 * (D * D + D);
        const int Layer = 2 * Attention + 3 * 2 * D + (4 * D * D + 4 * D) + (4 * D * D + D);
        var memory = (6 * D + D) + (3 * D + D) + 2 * 2 * D + (2 * 3 + 4 * 4) * D;

        var state = _head.state_dict();

        Assert.Equal(memory + (WordCount + 7) * D + WordCount + 2 * Layer + 2 * D, state.Values.Sum(values => values.numel()));
        Assert.DoesNotContain(state.Keys, name => name.Contains("._", StringComparison.Ordinal));
        Assert.Contains("layers.1.photo.key.weight", state.Keys);
    }

    /// <summary>A head that was trained says whole sentences of likely words; what it says of a photo is measured by <c>eval captions</c>.</summary>
    [Fact]
    public void BuildCaptionHead_EmbeddedModel_SaysWholeSentences()
    {
        var (head, words) = EmbeddedModel.Read().BuildCaptionHead();
        using var owned = head;
        Tensor[] photo = [.. head.Sources.Select(source => rand([1, source.Channels, source.Height, source.Width], generator: new Generator(5)))];

        var said = new BeamSearch(3, 0.7).Find(
            new PhotoSentences(head, head.Look(photo)), new DecodingRules { MaxWords = head.MaxWords }, TestContext.Current.CancellationToken);

        Assert.Equal(3, said.Count);
        Assert.All(said, sentence => Assert.True(sentence.IsWhole));
        Assert.Equal("a", words.WordOf(said[0].Words[0]));
        Assert.All(head.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    /// <summary>A head of float32 puts its weights in order where the CPU has a kernel for them, one of float64 never does.</summary>
    [Fact]
    public void Freeze_Float32_SaysAndDifferentiatesAsInFloat64()
    {
        random.manual_seed(8);
        using var single = new CaptionHead(Sources, WordCount, new HeadShape(Width: 64, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        using var twice = new CaptionHead(Sources, WordCount, new HeadShape(Width: 64, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        twice.load_state_dict(single.state_dict());
        twice.to(float64);
        single.Freeze();
        twice.Freeze();
        var maps = Photos(1);
        var (photo, expectedPhoto) = (single.Look([.. maps.Select(map => map.to(float32))]), twice.Look(maps));
        var words = Sentence(Vocabulary.Start, 4, 5, 6);
        var places = tensor(new long[,] { { 3 }, { 1 } });

        var (scores, gradients) = single.Differentiate(photo, rows: 2, seen => Scores(single.Logits(seen, words, places)));

        var (expectedScores, expected) = twice.Differentiate(expectedPhoto, rows: 2, seen => Scores(twice.Logits(seen, words, places)));
        Assert.True(single.Next(photo, words[.., ..1], null).Logits.to(float64).allclose(twice.Next(expectedPhoto, words[.., ..1], null).Logits, rtol: 1e-4, atol: 1e-4));
        Assert.True(scores.to(float64).allclose(expectedScores, rtol: 1e-4, atol: 1e-4));
        for (var source = 0; source < Sources.Length; source++)
        {
            Assert.True(gradients[source].Everywhere.to(float64).allclose(expected[source].Everywhere, rtol: 1e-3, atol: 1e-5));
            Assert.True(gradients[source].Mean.to(float64).allclose(expected[source].Mean, rtol: 1e-3, atol: 1e-5));
            Assert.True(expected[source].Mean.abs().max().item<double>() > 1e-3);
        }
    }

    /// <summary>What is in order is in use, in the layers and in the words' product; freezing once more puts the weights in order as they are then.</summary>
    [Fact]
    public void Freeze_WeightsChangedSince_AreSeenOnceItIsFrozenAgain()
    {
        using var kernel = LinearKernel.For(CPU, ScalarType.Float32);
        Assert.SkipWhen(kernel is null, "this CPU has no such products");
        using var noTape = no_grad();
        using var head = new CaptionHead(Sources, WordCount, new HeadShape(Width: 64, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        head.Freeze();
        var photo = head.Look([.. Photos(1).Select(maps => maps.to(float32))]);
        Tensor Logits() => head.Next(photo, Sentence(Vocabulary.Start), null).Logits;
        var first = Logits();

        head.state_dict()["bias"].add_(3f);
        Assert.True(Logits().eq(first).all().item<bool>());
        head.state_dict()["layers.1.narrow.weight"].zero_();
        Assert.True(Logits().eq(first).all().item<bool>());
        head.Freeze();

        using var plain = new CaptionHead(Sources, WordCount, new HeadShape(Width: 64, AttentionHeads: 4, Layers: 2, MaxWords: 6));
        plain.load_state_dict(head.state_dict());
        plain.eval();
        Assert.True(Logits().allclose(plain.Next(photo, Sentence(Vocabulary.Start), null).Logits, rtol: 1e-4, atol: 1e-4));
        Assert.False(Logits().allclose(first + 3, rtol: 1e-3, atol: 1e-3));
    }

    /// <summary>Scores of a whole sentence that they share, each at a place of its own, are those of its places alone.</summary>
    [Fact]
    public void Differentiate_WholeSentence_EqualsItsPlacesAlone()
    {
        _head.Freeze();
        var photo = _head.Look(Photos(1));
        var words = Sentence(Vocabulary.Start, 4, 5, 6);
        long[] places = [3, 1];

        var (scores, gradients) = _head.Differentiate(photo, rows: 2, seen =>
        {
            var logs = _head.Logits(seen, words).log_softmax(-1);
            return stack([.. places.Select((place, row) => logs[row, place, 7])]);
        });

        var (expectedScores, expected) = _head.Differentiate(
            photo, rows: 2, seen => Scores(_head.Logits(seen, words, tensor(places).unsqueeze(1))));
        Assert.True(scores.allclose(expectedScores, rtol: 1e-9));
        for (var source = 0; source < Sources.Length; source++)
        {
            Assert.True(gradients[source].Everywhere.allclose(expected[source].Everywhere, rtol: 1e-9, atol: 1e-12));
            Assert.True(gradients[source].Mean.allclose(expected[source].Mean, rtol: 1e-9, atol: 1e-12));
        }
    }

    [Fact]
    public void Differentiate_WordsReadTwice_IsRefused()
    {
        _head.Freeze();
        var photo = _head.Look(Photos(1));
        var words = Sentence(Vocabulary.Start, 4);

        Assert.Throws<InvalidOperationException>(() => _head.Differentiate(photo, rows: 1, seen =>
        {
            _head.Logits(seen, words);
            return _head.Logits(seen, words)[.., 1, 7];
        }));
    }

    private static Tensor Scores(Tensor logits) => logits.log_softmax(-1).select(1, 0).select(1, 7);

    private static IEnumerable<int[]> AllSentences()
    {
        var words = Enumerable.Range(4, WordCount - 4).ToArray();
        return words.Select(word => new[] { word }).Concat(words.SelectMany(first => words.Select(second => new[] { first, second })));
    }

    private Tensor LogProbability(Tensor[] photo) =>
        _head.Logits(_head.Look(photo), Sentence(Vocabulary.Start, 4, 5)).log_softmax(-1)[0, 2, 7];

    private static Tensor[] Photos(int count)
    {
        using var generator = new Generator(7);
        return [.. Sources.Select(source => randn([count, source.Channels, source.Height, source.Width], dtype: float64, generator: generator))];
    }

    private static Tensor Sentence(params int[] words) => tensor(words.Select(word => (long)word).ToArray()).unsqueeze(0);
}
