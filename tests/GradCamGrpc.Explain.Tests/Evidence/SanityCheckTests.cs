using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests.Evidence;

public sealed class SanityCheckTests : IDisposable
{
    private const int Side = 12;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallNetwork _network = new(seed: 3, hasLinearHead: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    /// <summary>Four modules: classifier, conv2, branch, conv1.</summary>
    [Theory]
    [InlineData(1, new[] { 4 })]
    [InlineData(2, new[] { 2, 4 })]
    [InlineData(3, new[] { 1, 2, 4 })]
    [InlineData(4, new[] { 1, 2, 3, 4 })]
    [InlineData(9, new[] { 1, 2, 3, 4 })]
    public void Randomize_SomeCheckpoints_AreSpreadEvenlyAndTheLastIsAll(int checkpoints, int[] expected)
    {
        var check = Check([new GradCam()]);

        var reached = check.Randomize(checkpoints, seed: 1, Cancellation).ToArray();

        Assert.Equal(["classifier", "conv2", "branch", "conv1"], check.Modules);
        Assert.Equal(expected, reached.Select(checkpoint => checkpoint.RandomizedCount));
        Assert.Equal(expected.Select(count => check.Modules[count - 1]), reached.Select(checkpoint => checkpoint.Module));
    }

    /// <summary>Eigen-CAM asks nothing behind its layer, so that nothing changes there; the gradient does.</summary>
    [Fact]
    public void Randomize_MapOfTheActivationsAlone_StaysUntilItsLayerIsRandom()
    {
        var check = Check([new EigenCam(), new Saliency()]);

        var maps = check.Randomize(checkpoints: 4, seed: 1, Cancellation).Select(checkpoint => checkpoint.Maps.Single()).ToArray();

        Assert.Equal(1, maps[0][0].Structural!.Value, 1e-9);
        Assert.Equal(1, maps[0][0].Rank!.Value, 1e-9);
        Assert.True(maps[0][1].Structural < 0.99);
        Assert.True(maps[1][0].Structural < 0.99);
        Assert.All(maps.SelectMany(made => made), map => Assert.True(map.IsFinite && !map.IsAllZero));
    }

    /// <summary>A map that is negative everywhere and asks the network nothing: its magnitude stays, and is not zero.</summary>
    [Fact]
    public void Randomize_MapIsNegative_ComparesMagnitudes()
    {
        var maps = Check([new Negative()]).Randomize(checkpoints: 2, seed: 1, Cancellation).Select(checkpoint => checkpoint.Maps.Single()[0]).ToArray();

        Assert.All(maps, map =>
        {
            Assert.False(map.IsAllZero);
            Assert.Equal(1, map.Structural!.Value, 1e-9);
            Assert.Equal(1, map.Rank!.Value, 1e-9);
        });
    }

    /// <summary>A first weight of −1 lets nothing through the ReLU: there is no map to compare with.</summary>
    [Fact]
    public void Randomize_FirstMapIsAllZero_HasNoSimilarity()
    {
        using var network = new RectifiedNetwork(w: -1, v: 4);
        var image = ones(1, 3, Side, Side);
        var cut = new CutNetwork(network, Noise());
        var check = new SanityCheck(network, cut, [new SanityQuestion(image, ScoreTarget.Of(0))], cut.Layers["act"], [new GradCam()], Cancellation);

        var map = check.Randomize(checkpoints: 1, seed: 1, Cancellation).Single().Maps.Single().Single();

        Assert.Equal((null, null, true), (map.Structural, map.Rank, map.IsFinite));
    }

    [Fact]
    public void Randomize_WeightsOverflow_SaysSo()
    {
        var check = Check([new Saliency()]);
        using (no_grad())
            _network.named_parameters().Single(pair => pair.name == "classifier.weight").parameter.mul_(float.MaxValue);

        var map = check.Randomize(checkpoints: 4, seed: 1, Cancellation).First().Maps.Single().Single();

        Assert.Equal((null, null, false), (map.Structural, map.Rank, map.IsFinite));
    }

    [Fact]
    public void Randomize_NobodyWaitsAnyMore_Stops()
    {
        var check = Check([new GradCam()]);

        Assert.Throws<OperationCanceledException>(() => check.Randomize(4, seed: 1, new CancellationToken(canceled: true)).ToArray());
    }

    /// <summary>Whatever the order in which they are asked for, and by whatever pass they are made.</summary>
    [Fact]
    public void ImageMaps_SeveralMethodsAndLayers_ComeByMethodThenLayer()
    {
        var cut = new CutNetwork(_network, Noise());
        CutLayer[] layers = [cut.Layers["conv2"], cut.Layers["conv1"]];

        var maps = ImageMaps.Of(
            cut, Noise(), layers, [ScoreTarget.Of(0), ScoreTarget.Of(1)], [new Saliency(), new LayerCam(), new AblationCam(), new GradCam()], Cancellation);

        Assert.Equal(2, maps.Count);
        foreach (var (made, target) in maps.Zip([0, 1]))
        {
            Assert.Equal(
                ["saliency ", "layer-cam conv2", "layer-cam conv1", "ablation-cam conv2", "ablation-cam conv1", "grad-cam conv2", "grad-cam conv1"],
                made.Select(map => $"{map.Method.Name} {map.Layer?.Name}"));
            Assert.All(made, map => Assert.Equal(target, map.Target!.Terms.Single().ClassIndex));
        }
    }

    [Fact]
    public void ImageMaps_NobodyWaitsAnyMoreFromTheFirstMapOn_Stops()
    {
        using var leaving = new CancellationTokenSource();
        var cut = new CutNetwork(_network, Noise());

        Assert.Throws<OperationCanceledException>(() =>
            ImageMaps.Of(cut, Noise(), [cut.Layers["conv2"]], [ScoreTarget.Of(0)], [new Leaving(leaving)], leaving.Token));
    }

    private SanityCheck Check(IReadOnlyList<IExplanationMethod> methods)
    {
        var cut = new CutNetwork(_network, Noise());
        return new SanityCheck(_network, cut, [new SanityQuestion(Noise(), ScoreTarget.Of(0))], cut.Layers["conv2"], methods, Cancellation);
    }

    private static Tensor Noise() => randn([1, 3, Side, Side], generator: new Generator(5));

    /// <summary>Its map is the last that anybody waits for.</summary>
    private sealed class Leaving(CancellationTokenSource leaving) : ICamMethod
    {
        public string Name => "leaving";

        public Tensor Map(Tensor activations, Tensor gradients)
        {
            leaving.Cancel();
            return gradients.sum(1);
        }
    }

    private sealed class Negative : IAttributionMethod
    {
        public string Name => "negative";

        public bool UsesLayer => false;

        public int Channels => 1;

        public Tensor Attribute(AttributionTask task) => -task.Image.abs().mean([1], keepdim: true);
    }
}
