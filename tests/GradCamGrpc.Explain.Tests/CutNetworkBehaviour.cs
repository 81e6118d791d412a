using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>What holds for a cut of any network, whatever shortcuts to its gradients there are.</summary>
public abstract class CutNetworkBehaviour : IDisposable
{
    /// <summary>One, for all images: those that share a method are explained together.</summary>
    private static readonly ICamMethod[] GradCamAlone = [new GradCam()];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallNetwork _network;
    private readonly bool _hasLinearHead;

    private protected CutNetworkBehaviour(bool hasLinearHead)
    {
        _hasLinearHead = hasLinearHead;
        _network = new SmallNetwork(seed: 3, hasLinearHead);
    }

    public void Dispose()
    {
        _scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Layers_SmallNetwork_AreThoseWithMapsInTheOrderOfThePass()
    {
        var layers = Cut().Layers;

        Assert.Equal(["conv1", "act1", "branch", "act2", "conv2", "act3"], layers.Keys);
        Assert.Equal(new CutLayer("conv1", 4, 9, 9), layers["conv1"]);
        Assert.Equal(new CutLayer("act3", 5, 4, 4, FeedsLinearHead: _hasLinearHead), layers["act3"]);
    }

    /// <summary>Where the channels of a position lie together maps may be made in another way than where those of a channel do.</summary>
    [Fact]
    public void Explain_ActivationsInEitherOrderOfMemory_MapsAreTheSame()
    {
        var cut = Cut();
        var images = SmallNetwork.Images(3);
        ScoreTarget[] targets = [ScoreTarget.Of(1), ScoreTarget.Contrast(2, 3), ScoreTarget.Counterfactual(4), new(ScoreLink.Logit, [(5, 1), (5, -1)])];
        ICamMethod[] methods = _hasLinearHead ? [new GradCam(), new Cam(), new LayerCam()] : [new GradCam(), new LayerCam()];

        var byChannel = Maps(images);
        var byPosition = Maps(images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));

        Assert.Equal(3 * targets.Length * methods.Length, byChannel.Count);
        Assert.All(byChannel.Zip(byPosition), pair =>
        {
            Assert.Equal(pair.First.Key, pair.Second.Key);
            Assert.Equal(pair.First.Map.ScoreIsFlat, pair.Second.Map.ScoreIsFlat);
            Assert.Equal(pair.First.Map.Score, pair.Second.Map.Score, 1e-5f);
            Assert.All(pair.First.Map.Values.ToArray().Zip(pair.Second.Map.Values.ToArray()), values => Assert.Equal(values.First, values.Second, 1e-5f));
        });
        Assert.Equal(3 * methods.Length, byPosition.Count(made => made.Map.ScoreIsFlat));

        List<((int Image, int Target, string Method) Key, SaliencyMap Map)> Maps(Tensor of)
        {
            var made = new List<((int, int, string), SaliencyMap Map)>();
            var pass = cut.Forward(of, [.. Enumerable.Repeat(Query(cut, targets.Length, "act3"), 3)]);
            pass.Explain([targets, targets, targets], [methods, methods, methods], (image, target, map) => made.Add(((image, target, map.Method.Name), map)));
            return made;
        }
    }

    [Fact]
    public void Constructor_ParameterRequiresGradient_IsRefused()
    {
        _network.parameters().First().requires_grad_(true);

        Assert.Throws<ArgumentException>(() => Cut());
    }

    [Fact]
    public void Forward_AnyCuts_OutputsEqualThePlainNetwork()
    {
        var images = SmallNetwork.Images(3);
        var expected = _network.call(images);
        var cut = Cut();

        var pass = cut.Forward(images, [Query(cut, 4, "act1"), ImageQuery.PredictionOnly, Query(cut, 2, "branch", "act3")]);

        Assert.True(pass.Outputs.allclose(expected, rtol: 1e-5, atol: 1e-6));
        Assert.False(pass.Outputs.requires_grad);
    }

    /// <summary>The gradient of each position by central differences: the network is run from the layer on with that position moved.</summary>
    [Theory]
    [InlineData("conv1")]
    [InlineData("act1")]
    [InlineData("branch")]
    [InlineData("act2")]
    [InlineData("conv2")]
    [InlineData("act3")]
    public void Explain_AnyLayer_GradientsEqualFiniteDifferences(string layer)
    {
        _network.to(float64);
        var images = SmallNetwork.Images(1).to(float64);
        var cut = Cut(images);
        var method = new GradientKeeper();
        var target = ScoreTarget.Of(2, ScoreLink.LogProbability);

        cut.Forward(images, [Query(cut, 1, layer)]).Explain([[target]], [[method]], (_, _, _) => { });

        var activations = method.Activations!;
        var nudge = new Nudge(_network, layer);
        var expected = zeros_like(activations);
        const double step = 1e-5;
        for (long i = 0; i < activations.numel(); i++)
        {
            var up = nudge.Outputs(images, i, step).log_softmax(1)[0, 2].item<double>();
            var down = nudge.Outputs(images, i, -step).log_softmax(1)[0, 2].item<double>();
            expected.view(-1)[i] = (up - down) / (2 * step);
        }
        Assert.True(method.Gradients![0].allclose(expected, rtol: 1e-5, atol: 1e-8));
    }

    [Theory]
    [InlineData("act1")]
    [InlineData("branch")]
    [InlineData("act3")]
    public void Explain_ManyTargets_EqualOneAtATime(string layer)
    {
        var images = SmallNetwork.Images(1);
        var cut = Cut();
        ScoreTarget[] targets = [.. Enumerable.Range(0, 6).Select(i => ScoreTarget.Of(i, (ScoreLink)(i % 3)))];

        var together = Explain(cut, images, [layer], [targets]);

        for (var i = 0; i < targets.Length; i++)
        {
            var alone = Explain(cut, images, [layer], [[targets[i]]])[(0, 0, layer)];
            AssertClose(alone, together[(0, i, layer)]);
        }
    }

    /// <summary>Neighbours that are explained together, in one pass or, where targets take turns, in several: the third has fewer turns.</summary>
    [Theory]
    [InlineData("act1")]
    [InlineData("branch")]
    [InlineData("act3")]
    [InlineData("act1", "act3")]
    public void Explain_NeighboursOfTheSameLayers_EachIsAsAlone(params string[] layers)
    {
        var images = SmallNetwork.Images(3);
        var cut = Cut();
        ScoreTarget[][] targets =
        [
            [ScoreTarget.Of(0), ScoreTarget.Of(1), ScoreTarget.Of(2)], [ScoreTarget.Of(3), ScoreTarget.Of(4), ScoreTarget.Of(5)], [ScoreTarget.Of(1), ScoreTarget.Of(2)],
        ];

        var together = Explain(cut, images, layers, targets);

        Assert.Equal((3 + 3 + 2) * layers.Length, together.Count);
        for (var image = 0; image < targets.Length; image++)
        {
            foreach (var ((_, target, layer), map) in Explain(cut, images.narrow(0, image, 1), layers, [targets[image]]))
                AssertClose(map, together[(image, target, layer)]);
        }
    }

    /// <summary>Images that only fill the batch are of zeros, or have no finite outputs: neither is seen in the maps of others.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(1, float.NaN)]
    public void Explain_BatchOfDifferentLayersAndTargets_EqualsEachImageAlone(int fillers, float value)
    {
        var images = SmallNetwork.Images(4);
        var filled = cat([images, full_like(SmallNetwork.Images(4), value).narrow(0, 0, fillers)]);
        var cut = Cut();
        string[][] layers = [["act3"], ["branch"], ["act1", "act3"], ["act1"]];
        ScoreTarget[][] targets =
        [
            [ScoreTarget.Of(0), ScoreTarget.Of(5)],
            [ScoreTarget.Contrast(1, 2), ScoreTarget.Of(3), ScoreTarget.Of(4)],
            [ScoreTarget.Counterfactual(1), ScoreTarget.Of(1, ScoreLink.Probability)],
            [ScoreTarget.Of(2)],
        ];
        var queries = layers.Zip(targets, (names, wanted) => Query(cut, wanted.Length, names)).ToArray();
        var batched = new Dictionary<(int, int, string), SaliencyMap>();

        var pass = cut.Forward(filled, queries);
        pass.Explain(targets, [.. targets.Select(_ => GradCamAlone)], (image, target, map) => batched.Add((image, target, map.Layer!.Name), map));

        Assert.Equal(2 + 3 + 4 + 1, batched.Count);
        Assert.True(pass.Outputs.allclose(_network.call(images), rtol: 1e-5, atol: 1e-6));
        for (var image = 0; image < 4; image++)
        {
            foreach (var ((_, target, layer), map) in Explain(cut, images.narrow(0, image, 1), layers[image], [targets[image]]))
                AssertClose(map, batched[(image, target, layer)]);
        }
    }

    [Fact]
    public void Forward_FewerImagesThanQueries_Throws()
    {
        var cut = Cut();

        Assert.Throws<ArgumentOutOfRangeException>(() => cut.Forward(SmallNetwork.Images(1), [ImageQuery.PredictionOnly, ImageQuery.PredictionOnly]));
    }

    [Fact]
    public void Explain_MoreTargetsThanLanes_EqualsOneAtATime()
    {
        // 2^21 elements make room for 8 lanes of 4 x 256 x 256: twelve targets take two passes.
        var image = randn([1, 3, 256, 256], generator: new Generator(5));
        var cut = Cut(image);
        ScoreTarget[] targets = [.. Enumerable.Range(0, 12).Select(i => ScoreTarget.Of(i % 6, i < 6 ? ScoreLink.Logit : ScoreLink.Probability))];

        var together = Explain(cut, image, ["act1"], [targets]);

        Assert.Equal(12, together.Count);
        foreach (var i in new[] { 0, 7, 8, 11 })
            AssertClose(Explain(cut, image, ["act1"], [[targets[i]]])[(0, 0, "act1")], together[(0, i, "act1")]);
    }

    [Fact]
    public void Forward_MapsBelowTheFirstCut_AreNotRecorded()
    {
        var recorded = new Dictionary<string, bool>();
        foreach (var (name, module) in _network.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer)
                layer.register_forward_hook((_, _, output) => { recorded[name] = output.requires_grad; return output; });
        }
        var cut = Cut();

        cut.Forward(SmallNetwork.Images(1), [Query(cut, 1, "act2")]);

        Assert.False(recorded["conv1"]);
        Assert.False(recorded["branch"]);
        Assert.True(recorded["conv2"]);
    }

    [Fact]
    public void Explain_TensorsAliveAfterTheScope_AreNoneMore()
    {
        var cut = Cut();
        var images = SmallNetwork.Images(2);
        Explain(cut, images, ["act1"], [[ScoreTarget.Of(0)], [ScoreTarget.Of(1)]]);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (var i = 0; i < 5; i++)
        {
            using var scope = NewDisposeScope();
            Explain(cut, images, ["act1"], [[ScoreTarget.Of(0)], [ScoreTarget.Of(1)]]);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private CutNetwork Cut(Tensor? sample = null) => new(_network, sample ?? SmallNetwork.Images(1, seed: 9));

    private static ImageQuery Query(CutNetwork cut, int targets, params string[] layers) =>
        new([.. layers.Select(layer => cut.Layers[layer])], targets);

    private static Dictionary<(int Image, int Target, string Layer), SaliencyMap> Explain(
        CutNetwork cut, Tensor images, string[] layers, ScoreTarget[][] targets)
    {
        var maps = new Dictionary<(int, int, string), SaliencyMap>();
        var queries = targets.Select(wanted => Query(cut, wanted.Length, layers)).ToArray();
        cut.Forward(images, queries).Explain(targets, [.. targets.Select(_ => GradCamAlone)], (image, target, map) => maps.Add((image, target, map.Layer!.Name), map));
        return maps;
    }

    private static void AssertClose(SaliencyMap expected, SaliencyMap actual)
    {
        Assert.Equal(expected.Target, actual.Target);
        Assert.Equal(expected.Score, actual.Score, 1e-5f);
        var largest = expected.Values.ToArray().Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.All(expected.Values.ToArray().Zip(actual.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, largest * 1e-4f));
    }

    /// <summary>A method that keeps what it is given and makes maps of nothing.</summary>
    private sealed class GradientKeeper : ICamMethod
    {
        public string Name => "keeper";

        public Tensor? Activations { get; private set; }

        public Tensor? Gradients { get; private set; }

        public Tensor Map(Tensor activations, Tensor gradients)
        {
            Activations = activations.clone().MoveToOuterDisposeScope();
            Gradients = gradients.clone().MoveToOuterDisposeScope();
            return zeros([gradients.shape[0], activations.shape[1], activations.shape[2]]);
        }
    }

    /// <summary>Runs a network with one element of one layer's output moved.</summary>
    private sealed class Nudge
    {
        private readonly nn.Module<Tensor, Tensor> _network;
        private long _element;
        private double _step;

        public Nudge(SmallNetwork network, string layer)
        {
            _network = network;
            var module = (nn.Module<Tensor, Tensor>)network.named_modules().Single(pair => pair.name == layer).module;
            module.register_forward_hook((_, _, output) =>
            {
                var moved = output.clone();
                moved.view(-1)[_element] += _step;
                return moved;
            });
        }

        public Tensor Outputs(Tensor images, long element, double step)
        {
            (_element, _step) = (element, step);
            return _network.call(images);
        }
    }
}
