using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>A small captioning head in double precision, cut from two layers.</summary>
public sealed class HeadCutTests : IDisposable
{
    private const int WordCount = 11;

    private static readonly HeadSource[] Sources = [new("coarse", Channels: 6, Height: 2, Width: 3), new("fine", Channels: 3, Height: 4, Width: 4)];

    private static readonly CutLayer[] Layers =
        [.. Sources.Select(source => new CutLayer(source.Layer, source.Channels, source.Height, source.Width))];

    /// <summary>A word at each place, one of another link, a contrast and a whole sentence.</summary>
    private static readonly SentenceTarget[] Targets =
    [
        new(ScoreLink.LogProbability, [(0, 4, 1)]),
        new(ScoreLink.LogProbability, [(1, 5, 1)]),
        new(ScoreLink.Logit, [(2, 7, 1)]),
        new(ScoreLink.Logit, [(1, 5, 1), (1, 9, -1)]),
        new(ScoreLink.LogProbability, [(0, 4, 1), (1, 5, 1), (2, 2, 1)]),
    ];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Dictionary<int, CaptionHead> _heads;
    private readonly Tensor[] _photo;

    public HeadCutTests()
    {
        random.manual_seed(3);
        _heads = Enumerable.Range(1, 3).ToDictionary(layers => layers, FrozenHead);
        using var generator = new Generator(7);
        _photo = [.. Sources.Select(source => randn([1, source.Channels, source.Height, source.Width], dtype: float64, generator: generator))];
    }

    public void Dispose()
    {
        foreach (var head in _heads.Values)
            head.Dispose();
        _scope.Dispose();
    }

    /// <summary>Central differences of every score, at a channel of each layer and all its positions.</summary>
    [Theory]
    [InlineData(1, 0, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 0, 2)]
    [InlineData(3, 1, 1)]
    public void Explain_Gradients_EqualFiniteDifferences(int depth, int layer, int channel)
    {
        var head = _heads[depth];
        var maps = Explain(head, Targets, new ChannelGradient(channel)).Where(made => made.Map.Layer == Layers[layer]).ToArray();

        HeadMaps.AssertFiniteDifferences(
            maps, Targets.Length, _photo, layer, channel, (moved, target) => Whole(head, moved, [Targets[target]]).item<double>());
    }

    [Fact]
    public void Explain_AllScoresAtOnce_EqualEachAlone()
    {
        var head = _heads[2];
        var together = Explain(head, Targets, new GradCam());

        HeadMaps.AssertEachAlone(together, Layers, [.. Targets.Select(target => Explain(head, [target], new GradCam()))]);
    }

    /// <summary>More scores than fit a pass: each comes once, in its order, and a client that has left ends it between passes.</summary>
    [Fact]
    public void Explain_MoreScoresThanAPassHas_TakesSeveral()
    {
        var large = new CutLayer("large", 3, 1 << 10, 1 << 10);
        var cut = new HeadCut([new HeadReading(large, ones(1, 3, 1 << 10, 1 << 10), ones(1, 3))], elementsOfARow: 0);
        var passes = new List<int>();
        HeadGradients Differentiate(IReadOnlyList<int> factors)
        {
            passes.Add(factors.Count);
            return new HeadGradients(
                tensor(factors.Select(factor => (float)factor).ToArray()), [VectorField.Of(ones(1, 1, 1).expand(factors.Count, large.Height * large.Width, 1))]);
        }

        var scores = cut.Explain([1, 2, 3, 4, 5], Differentiate, [new GradCam()], TestContext.Current.CancellationToken).Select(made => (made.Target, made.Map.Score)).ToArray();

        Assert.Equal(2, cut.RowsAtATime);
        Assert.Equal([2, 2, 1], passes);
        Assert.Equal([(0, 1f), (1, 2f), (2, 3f), (3, 4f), (4, 5f)], scores);
        using var left = new CancellationTokenSource();
        using var maps = cut.Explain([1, 2, 3], Differentiate, [new GradCam()], left.Token).GetEnumerator();
        Assert.True(maps.MoveNext() && maps.MoveNext());
        left.Cancel();
        Assert.Throws<OperationCanceledException>(() => maps.MoveNext());
    }

    /// <summary>By hand: twice 6 · (2 + 6) and 16 · (2 + 3) numbers at the layers, 256 a row, of 2^24.</summary>
    [Theory]
    [InlineData(0, 1 << 16)]
    [InlineData(1 << 22, 3)]
    [InlineData(1 << 25, 1)]
    public void RowsAtATime_WhatTheHeadTakes_Counts(long elementsOfARow, int expected)
    {
        var cut = new HeadCut([.. Layers.Select((layer, i) => new HeadReading(layer, _photo[i], ones(2, layer.Channels)))], elementsOfARow);

        Assert.Equal(expected, cut.RowsAtATime);
    }

    [Fact]
    public void Explain_ScoreWithoutAGradient_IsFlat()
    {
        var cut = new HeadCut([.. Layers.Select((layer, i) => new HeadReading(layer, _photo[i], ones(2, layer.Channels, dtype: float64)))], elementsOfARow: 0);

        var maps = cut.Explain(
            [0, 1],
            factors => new HeadGradients(
                tensor(factors.ToArray()).to(float64),
                [.. Sources.Select(source => VectorField.Of(tensor(factors.ToArray()).to(float64).reshape(-1, 1, 1).expand(-1, source.Positions, 2)))]),
            [new GradCam()],
            TestContext.Current.CancellationToken).ToArray();

        Assert.Equal([(0, true), (0, true), (1, false), (1, false)], maps.Select(made => (made.Target, made.Map.ScoreIsFlat)));
    }

    /// <summary>By hand: two places, three words; log-softmax of (0, ln 2, ln 5) is ln of 1/8, 2/8 and 5/8.</summary>
    [Fact]
    public void Evaluate_EveryLink_IsTheWeightedSum()
    {
        var outputs = tensor(new[] { 1, 2, 3, 0, Math.Log(2), Math.Log(5) }).reshape(1, 2, 3).expand(3, -1, -1);

        var scores = SentenceScores.Evaluate(
            outputs,
            [
                new SentenceTarget(ScoreLink.LogProbability, [(1, 1, 1), (1, 2, 2)]),
                new SentenceTarget(ScoreLink.Logit, [(0, 2, 1), (0, 0, -1)]),
                new SentenceTarget(ScoreLink.Probability, [(1, 2, 4)]),
            ]);

        Assert.Equal(Math.Log(0.25) + 2 * Math.Log(0.625), scores[0].item<double>(), 1e-9);
        Assert.Equal(2, scores[1].item<double>(), 1e-9);
        Assert.Equal(2.5, scores[2].item<double>(), 1e-9);
    }

    /// <summary>A mean that is taken before the way to the channels, and one that is taken behind it.</summary>
    [Fact]
    public void Explain_GradCam_EqualsTheMeanOfTheChannelsGradients()
    {
        var head = _heads[2];

        var maps = Explain(head, Targets, new GradCam());

        var means = Explain(head, Targets, new MeanOfGradients());
        Assert.All(maps.Zip(means), pair => Assert.All(
            pair.First.Map.Values.ToArray().Zip(pair.Second.Map.Values.ToArray()), values => Assert.Equal(values.Second, values.First, 1e-7f)));
    }

    private (int Target, SaliencyMap Map)[] Explain(CaptionHead head, SentenceTarget[] targets, ICamMethod method) =>
        Explain(head, targets, [method], TestContext.Current.CancellationToken);

    private (int Target, SaliencyMap Map)[] Explain(
        CaptionHead head, SentenceTarget[] targets, IReadOnlyList<ICamMethod> methods, CancellationToken cancellation)
    {
        var readings = Layers.Select((layer, i) => new HeadReading(layer, _photo[i], head.ProjectionWeights[i]));
        HeadGradients Differentiate(IReadOnlyList<SentenceTarget> asked)
        {
            var rows = new SentenceRows(asked);
            var (scores, gradients) = head.Differentiate(
                head.Look(_photo), asked.Count, photo => rows.Evaluate(head.Logits(photo, Said(rows.Length), rows.Places())));
            return new HeadGradients(scores, gradients);
        }
        return [.. new HeadCut([.. readings], head.ElementsOfARow).Explain(targets, Differentiate, methods, cancellation)];
    }

    /// <summary>The scores by one row of the whole sentence for each.</summary>
    private static Tensor Whole(CaptionHead head, IReadOnlyList<Tensor> photo, IReadOnlyList<SentenceTarget> targets) =>
        SentenceScores.Evaluate(head.Logits(head.Look(photo), Said(3).expand(targets.Count, -1)), targets);

    private static CaptionHead FrozenHead(int layers)
    {
        var head = new CaptionHead(Sources, WordCount, new HeadShape(Width: 16, AttentionHeads: 4, layers, MaxWords: 6));
        head.to(float64);
        head.Freeze();
        return head;
    }

    private static Tensor Said(int count) => tensor(new long[] { 1, 4, 5 }[..count]).unsqueeze(0);

    /// <summary>A client that leaves while the maps of a pass are made ends it before the next layer, and before the next method.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Explain_ClientLeavesWithinAPass_MakesNoFurtherMaps(int patience)
    {
        using var left = new CancellationTokenSource();
        var method = new LeavingMethod(left, patience);

        Assert.Throws<OperationCanceledException>(() => Explain(_heads[1], Targets, [method, method], left.Token));

        Assert.Equal(patience, method.Made);
    }

    /// <summary>Its client leaves after so many calls.</summary>
    private sealed class LeavingMethod(CancellationTokenSource client, int patience) : ICamMethod
    {
        public string Name => "leaving";

        public int Made { get; private set; }

        public Tensor Map(Tensor activations, Tensor gradients)
        {
            if (++Made == patience)
                client.Cancel();
            return new EigenCam().Map(activations, gradients);
        }
    }

    /// <summary>Grad-CAM, of all gradients.</summary>
    private sealed record MeanOfGradients : ICamMethod
    {
        public string Name => "mean-of-gradients";

        public Tensor Map(Tensor activations, Tensor gradients) => (gradients.mean([2, 3], keepdim: true) * activations).sum(1);
    }
}
