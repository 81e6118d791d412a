using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Methods that are smoothed, on networks that can be followed by hand, and against the six copies one by one.</summary>
public sealed class SmoothingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>
    /// The weight is v/4 = 1, and the map the activations: 2.9 times the sums 1, -1, 2, 0.5, behind a ReLU6. Only the brightest copies of
    /// the third pixel, 6.38, are cut off.
    /// </summary>
    [Fact]
    public void AugmentationSmoothed_BrightCopySaturates_IsTheMeanOfTheSixMaps()
    {
        using var network = new RectifiedNetwork(w: 2.9f, v: 4, nn.ReLU6());

        var map = Explain(new AugmentationSmoothed(new GradCam()), Cut(network), Image(), "act", ScoreTarget.Of(0));

        Assert.Equal([2.9f, 0, (0.9f * 5.8f + 5.8f + 6) / 3, 1.45f], map.Values.ToArray(), Nearly);
        Assert.Equal(2.9f + 0 + 5.8f + 1.45f, map.Score, 1e-5f);
    }

    public static TheoryData<string, string> Methods => new()
    {
        { "grad-cam", "branch" },
        { "grad-cam", "act3" },
        { "layer-cam", "conv1" },
        { "eigen-grad-cam", "act1" },
        { "score-cam", "branch" },
        { "saliency", "act3" },
        { "occlusion", "act3" },
    };

    /// <summary>The network's kernels are not symmetric: a map that was not turned back, or of another copy, would not fit.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void AugmentationSmoothed_AnyMethod_IsTheMeanOverTheCopiesOneByOne(string name, string layer)
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));
        var image = SmallNetwork.Images(1);
        var method = ExplanationMethods.All.Single(candidate => candidate.Name == name);
        ScoreTarget[] targets = [ScoreTarget.Of(1, ScoreLink.Probability), ScoreTarget.Contrast(2, 4)];

        var smoothed = new SaliencyMap[2];
        Attributions.Explain(
            cut, image, [cut.Layers[layer]], targets, [new AugmentationSmoothed(method)], (target, map) => smoothed[target] = map,
            TestContext.Current.CancellationToken);

        for (var i = 0; i < targets.Length; i++)
        {
            var sum = zeros(smoothed[i].Shape.Channels, smoothed[i].Shape.Height, smoothed[i].Shape.Width);
            foreach (var factor in new[] { 0.9, 1, 1.1 })
            {
                sum += Values(Explain(method, cut, image * factor, layer, targets[i]));
                sum += Values(Explain(method, cut, (image * factor).flip(3), layer, targets[i])).flip(2);
            }
            var expected = sum / 6;
            Assert.True(Values(smoothed[i]).allclose(expected, rtol: 1e-4, atol: 1e-5 * expected.abs().max().item<float>()));
            Assert.Equal(Explain(method, cut, image, layer, targets[i]).Score, smoothed[i].Score, 1e-5f);
        }
    }

    [Fact]
    public void AugmentationSmoothed_OfAnEigenSmoothedMethod_SmoothsItsMaps()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));
        var image = SmallNetwork.Images(1);
        var eigen = new EigenSmoothed(new GradCam());

        var both = Explain(new AugmentationSmoothed(eigen), cut, image, "act3", ScoreTarget.Of(1));

        var maps = new[] { 0.9, 1, 1.1 }.SelectMany(factor => new[]
        {
            Values(Explain(eigen, cut, image * factor, "act3", ScoreTarget.Of(1))),
            Values(Explain(eigen, cut, (image * factor).flip(3), "act3", ScoreTarget.Of(1))).flip(2),
        });
        Assert.True(Values(both).allclose(stack([.. maps]).mean([0]), rtol: 1e-4, atol: 1e-5));
    }

    /// <summary>One channel: its own centred activations, 1, 0, 2, 0.5 less 0.875, are all there is.</summary>
    [Theory]
    [InlineData("score-cam")]
    [InlineData("ablation-cam")]
    public void EigenSmoothedAttribution_OneChannel_IsTheCentredActivations(string name)
    {
        using var network = new RectifiedNetwork(w: 1, v: 3);
        var method = ExplanationMethods.All.OfType<IChannelWeightAttribution>().Single(candidate => candidate.Name == name);

        var map = Explain(new EigenSmoothedAttribution(method), Cut(network), Image(), "act", ScoreTarget.Of(0));

        Assert.Equal([0.125f, -0.875f, 1.125f, -0.375f], map.Values.ToArray(), Nearly);
    }

    public static TheoryData<string> MethodNames => [.. ExplanationMethods.All.Select(method => method.Name)];

    [Theory, MemberData(nameof(MethodNames))]
    public void Channels_MethodSmoothedOrNot_AreThoseOfItsMaps(string name)
    {
        using var small = new SmallNetwork(seed: 3, hasLinearHead: true);
        using var rectified = new RectifiedNetwork(w: 1, v: 3);
        var method = ExplanationMethods.All.Single(candidate => candidate.Name == name);

        // Guided methods need a network of rectifiers alone, and others one with a linear head.
        var (cut, image, layer) = new[] { (new CutNetwork(small, SmallNetwork.Images(1, seed: 9)), SmallNetwork.Images(1)), (Cut(rectified), Image()) }
            .SelectMany(known => known.Item1.Layers.Select(entry => (Cut: known.Item1, Image: known.Item2, Layer: entry)))
            .Where(place => method.ObjectionTo(place.Cut, place.Layer.Value) is null)
            .Select(place => (place.Cut, place.Image, place.Layer.Key))
            .First();
        var methods = new List<IExplanationMethod> { method, new AugmentationSmoothed(method) };
        if (method is IChannelWeightAttribution weighted)
            methods.Add(new EigenSmoothedAttribution(weighted));

        Assert.All(methods, made => Assert.Equal(
            made.Channels, Explain(made, cut, image, layer, ScoreTarget.Of(1)).Shape.Channels));
    }

    [Fact]
    public void ObjectionTo_SmoothedMethod_IsTheMethodsOwn()
    {
        using var network = new RectifiedNetwork(w: 1, v: 3);
        var (cut, layer) = (Cut(network), Cut(network).Layers["act"]);

        Assert.Equal(new Cam().ObjectionTo(cut, layer), new AugmentationSmoothed(new EigenSmoothed(new Cam())).ObjectionTo(cut, layer));
        Assert.NotNull(new Cam().ObjectionTo(cut, layer));
        Assert.False(new AugmentationSmoothed(new Saliency()).UsesLayer);
    }

    [Fact]
    public void AugmentationSmoothed_NobodyWaitsAnyMore_Stops()
    {
        using var network = new RectifiedNetwork(w: 1, v: 1);
        var cut = Cut(network);
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.All(new IExplanationMethod[] { new GradCam(), new Saliency() }, method => Assert.Throws<OperationCanceledException>(() => Attributions.Explain(
            cut, Image(), [cut.Layers["act"]], [ScoreTarget.Of(0)], [new AugmentationSmoothed(method)], (_, _) => Assert.Fail("a map"), gone.Token)));
    }

    private static bool Nearly(float one, float other) => Math.Abs(one - other) < 1e-5f;

    private static Tensor Values(SaliencyMap map) =>
        tensor(map.Values.ToArray()).reshape(map.Shape.Channels, map.Shape.Height, map.Shape.Width);

    /// <summary>The sums of the colours are 1, -1, 2, 0.5.</summary>
    private static Tensor Image() => tensor([1f, -1, 2, 0.5f]).reshape(1, 1, 2, 2).repeat(1, 3, 1, 1) / 3;

    private static CutNetwork Cut(RectifiedNetwork network) => new(network, randn([1, 3, 2, 2], generator: new Generator(1)));

    private static SaliencyMap Explain(IExplanationMethod method, CutNetwork cut, Tensor image, string layer, ScoreTarget target)
    {
        SaliencyMap? only = null;
        if (method is ICamMethod cam)
            cut.Forward(image, [new ImageQuery([cut.Layers[layer]], 1)]).Explain([[target]], [[cam]], (_, _, map) => only = map);
        else
            Attributions.Explain(cut, image, [cut.Layers[layer]], [target], [(IAttributionMethod)method], (_, map) => only = map);
        return only!;
    }
}
