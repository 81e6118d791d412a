using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Methods that differentiate with respect to the image or ask the network again, on networks that can be followed by hand.</summary>
public sealed class AttributionTests : IDisposable
{
    // Sums of the colours: 1, -1, 2, 0.5.
    private static readonly float[] Red = [1, -2, 2, 0.5f];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>dLogit/dColour is v·w/4 where the sum is positive, and 0 where the ReLU is shut.</summary>
    [Fact]
    public void Saliency_ReluIsShutAtOnePixel_ItsGradientIsZero()
    {
        var map = Explain(new Saliency(), w: 1, v: 3, ScoreTarget.Of(0));

        Assert.Equal(new MapShape(3, 2, 2), map.Shape);
        Assert.Equal([0.75f, 0, 0.75f, 0.75f], map.Values[..4].ToArray());
        Assert.Null(map.Layer);
    }

    /// <summary>The gradient of the other class is negative everywhere: Guided Backpropagation stops it at the ReLU.</summary>
    [Theory]
    [InlineData(0, new[] { 0.75f, 0, 0.75f, 0.75f })]
    [InlineData(1, new float[] { 0, 0, 0, 0 })]
    public void GuidedBackpropagation_GradientOfEitherSign_OnlyPositivePasses(int classIndex, float[] expected)
    {
        Assert.Equal(expected, Explain(new GuidedBackpropagation(), w: 1, v: 3, ScoreTarget.Of(classIndex)).Values[..4].ToArray());
    }

    /// <summary>Where the ReLU was shut, a positive gradient passes all the same.</summary>
    [Theory]
    [InlineData(0, new[] { 0.75f, 0.75f, 0.75f, 0.75f })]
    [InlineData(1, new float[] { 0, 0, 0, 0 })]
    public void Deconvolution_ReluIsShut_PositiveGradientPasses(int classIndex, float[] expected)
    {
        Assert.Equal(expected, Explain(new Deconvolution(), w: 1, v: 3, ScoreTarget.Of(classIndex)).Values[..4].ToArray());
    }

    /// <summary>A ReLU6 is shut above 6, too.</summary>
    [Fact]
    public void GuidedBackpropagation_Relu6Saturated_PassesNothing()
    {
        using var network = new RectifiedNetwork(w: 4, v: 3, nn.ReLU6());

        // 4 · (1, -1, 2, 0.5) = 4, -4, 8, 2.
        Assert.Equal([3f, 0, 0, 3], Explain(new GuidedBackpropagation(), network, ScoreTarget.Of(0)).Values[..4].ToArray());
        Assert.Equal([3f, 3, 3, 3], Explain(new Deconvolution(), network, ScoreTarget.Of(0)).Values[..4].ToArray());
    }

    /// <summary>At the ReLU, Grad-CAM is v/4 · A; times the guided gradient v/4.</summary>
    [Fact]
    public void GuidedGradCam_LayerOfTheImagesSize_IsTheProduct()
    {
        var map = Explain(new GuidedGradCam(), w: 1, v: 2, ScoreTarget.Of(0));

        Assert.Equal([0.25f, 0, 0.5f, 0.125f], map.Values[..4].ToArray());
        Assert.Equal("act", map.Layer!.Name);
    }

    [Theory]
    [InlineData(typeof(GuidedBackpropagation))]
    [InlineData(typeof(Deconvolution))]
    [InlineData(typeof(GuidedGradCam))]
    public void ObjectionTo_NetworkWithAnotherNonlinearity_NamesIt(Type type)
    {
        using var smooth = new RectifiedNetwork(w: 1, v: 1, nn.Tanh());
        using var rectified = new RectifiedNetwork(w: 1, v: 1);
        var method = (IAttributionMethod)Activator.CreateInstance(type)!;

        Assert.Contains("'act'", method.ObjectionTo(Cut(smooth), Cut(smooth).Layers["act"]), StringComparison.Ordinal);
        Assert.Null(method.ObjectionTo(Cut(rectified), Cut(rectified).Layers["act"]));
    }

    [Fact]
    public void Cam_LayerWithoutALinearHeadBehindIt_IsObjectedTo()
    {
        using var network = new RectifiedNetwork(w: 1, v: 1);
        var cut = Cut(network);

        Assert.Contains("'act'", new Cam().ObjectionTo(cut, cut.Layers["act"]), StringComparison.Ordinal);
        Assert.Null(new Cam().ObjectionTo(cut, cut.Layers["act"] with { FeedsLinearHead = true }));
    }

    /// <summary>The network is linear along the way from grey where no ReLU changes its state: the sum is the score.</summary>
    [Fact]
    public void IntegratedGradients_AnyImage_SumsToTheScoreLessThatOfGrey()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var image = SmallNetwork.Images(1);
        var target = ScoreTarget.Of(2, ScoreLink.LogProbability);
        var cut = new CutNetwork(network, image);

        var map = Explain(new IntegratedGradients(300), cut, image, "act3", target);

        var grey = cut.Outputs(zeros_like(image)).log_softmax(1)[0, 2].item<float>();
        Assert.Equal(map.Score - grey, map.Values.ToArray().Sum(), 2e-3f);
    }

    [Fact]
    public void SmoothGrad_NoNoise_IsTheGradientAndTheSameSeedTheSameMap()
    {
        Assert.Equal(
            Explain(new Saliency(), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray(),
            Explain(new SmoothGrad(samples: 3, noise: 0), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray());
        Assert.Equal(
            Explain(new SmoothGrad(40, 0.5, seed: 7), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray(),
            Explain(new SmoothGrad(40, 0.5, seed: 7), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray());
        Assert.NotEqual(
            Explain(new SmoothGrad(40, 0.5, seed: 7), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray(),
            Explain(new SmoothGrad(40, 0.5, seed: 8), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray());
    }

    /// <summary>Covering a pixel takes its activation from the mean: v/4 · A, and nothing where the ReLU is shut.</summary>
    [Fact]
    public void Occlusion_PatchOfOnePixel_IsWhatThePixelAddsToTheScore()
    {
        var map = Explain(new Occlusion(patch: 1, stride: 1), w: 1, v: 2, ScoreTarget.Of(0));

        Assert.Equal(new MapShape(1, 2, 2), map.Shape);
        Assert.Equal([0.5f, 0, 1, 0.25f], map.Values.ToArray());
    }

    /// <summary>Patches of two with a stride of one cover the middle of three pixels twice: the mean of both losses.</summary>
    [Fact]
    public void Occlusion_PatchesOverlap_TheMeanLossIsTaken()
    {
        using var network = new RectifiedNetwork(w: 1, v: 9);
        var image = tensor([1f, 2, 4, 0, 0, 0, 0, 0, 0]).reshape(1, 1, 3, 3).repeat(1, 3, 1, 1) / 3;
        var cut = new CutNetwork(network, randn([1, 3, 3, 3], generator: new Generator(1)));

        var map = Explain(new Occlusion(patch: 2, stride: 1), cut, image, "act", ScoreTarget.Of(0));

        // Of the upper row's activations 1, 2, 4 the left patches take 3 and the right ones 6; the lower patches take nothing.
        Assert.Equal([3f, 4.5f, 6, 1.5f, 2.25f, 3, 0, 0, 0], map.Values.ToArray().Select(value => MathF.Round(value, 4)));
    }

    /// <summary>One channel: the softmax over channels is 1, whatever its score, and the map is the activations.</summary>
    [Fact]
    public void ScoreCam_OneChannel_IsTheActivations()
    {
        Assert.Equal([1f, 0, 2, 0.5f], Explain(new ScoreCam(), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray());
    }

    /// <summary>The reference is the definition, a channel at a time; two channels say nothing, of which one is no zero.</summary>
    [Fact]
    public void ScoreCam_SilentChannels_WeightsEqualTheNetworkRunThroughEachChannel()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        Silence(network, channel: 1, bias: 0);
        Silence(network, channel: 2, bias: 0.3f);
        var image = SmallNetwork.Images(1);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));
        var activations = cut.Activations(image, cut.Layers["act1"]);

        var map = Explain(new ScoreCam(), cut, image, "act1", ScoreTarget.Of(1));

        var scores = new List<float>();
        for (var channel = 0; channel < activations.shape[0]; channel++)
        {
            var mask = activations[channel] - activations[channel].min();
            scores.Add(network.call(image * (mask / (mask.max() + 1e-8)))[0, 1].item<float>());
        }
        var weights = nn.functional.softmax(tensor(scores.ToArray()), 0);
        var expected = (weights.reshape(-1, 1, 1) * activations).sum([0L]);
        Assert.Equal(scores[1], scores[2]);
        Assert.True(tensor(map.Values.ToArray()).allclose(expected.flatten(), rtol: 1e-4, atol: 1e-5));
    }

    /// <summary>Every channel says nothing: all weigh the same, and the map is their mean.</summary>
    [Fact]
    public void ScoreCam_AllChannelsSilent_IsTheirMean()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        for (var channel = 0; channel < 4; channel++)
            Silence(network, channel, bias: 0.1f * channel);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));

        var map = Explain(new ScoreCam(), cut, SmallNetwork.Images(1), "act1", ScoreTarget.Of(1));

        var mean = Enumerable.Range(0, 4).Average(channel => Math.Tanh(0.1 * channel));
        Assert.All(map.Values.ToArray(), value => Assert.Equal(mean, value, 1e-5));
    }

    /// <summary>Without its one channel nothing of the score is left: the weight is 1.</summary>
    [Fact]
    public void AblationCam_OneChannel_IsTheActivations()
    {
        Assert.Equal([1f, 0, 2, 0.5f], Explain(new AblationCam(), w: 1, v: 3, ScoreTarget.Of(0)).Values.ToArray());
    }

    [Theory]
    [InlineData("act1")]
    [InlineData("branch")]
    [InlineData("act3")]
    public void AblationCam_AnyLayer_WeightsEqualTheNetworkRunWithoutEachChannel(string layer)
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var image = SmallNetwork.Images(1);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));
        var activations = cut.Activations(image, cut.Layers[layer]);
        var least = activations.min().item<float>();

        var map = Explain(new AblationCam(), cut, image, layer, ScoreTarget.Of(1));

        var absent = 0;
        var module = (nn.Module<Tensor, Tensor>)network.named_modules().Single(pair => pair.name == layer).module;
        module.register_forward_hook((_, _, output) =>
        {
            var without = output.clone();
            without[0, absent] = least == 0 ? 0 : least - 1e7f;
            return without;
        });
        var expected = zeros_like(activations[0]);
        for (absent = 0; absent < activations.shape[0]; absent++)
            expected += (map.Score - network.call(image)[0, 1].item<float>()) / map.Score * activations[absent];
        Assert.True(tensor(map.Values.ToArray()).allclose(expected.flatten(), rtol: 1e-3, atol: 1e-4));
    }

    [Fact]
    public void Explain_SeveralTargetsLayersAndMethods_EachGetsItsMapAsAlone()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var image = SmallNetwork.Images(1);
        var cut = new CutNetwork(network, image);
        ScoreTarget[] targets = [ScoreTarget.Of(0), ScoreTarget.Contrast(1, 2)];
        IAttributionMethod[] methods = [new ScoreCam(), new Saliency(), new IntegratedGradients(20), new Occlusion(4, 2)];
        var maps = new List<(int Target, SaliencyMap Map)>();

        Attributions.Explain(
            cut, image, [cut.Layers["act1"], cut.Layers["act3"]], targets, methods, (target, map) => maps.Add((target, map)), TestContext.Current.CancellationToken);

        Assert.Equal(2 * (2 + 1 + 1 + 1), maps.Count);
        foreach (var (target, map) in maps)
        {
            var alone = Explain((IAttributionMethod)map.Method, cut, image, map.Layer?.Name ?? "act1", targets[target]);
            Assert.Equal(alone.Score, map.Score, 1e-5f);
            Assert.True(tensor(alone.Values.ToArray()).allclose(tensor(map.Values.ToArray()), rtol: 1e-4, atol: 1e-6), map.Method.Name);
        }
    }

    [Fact]
    public void Explain_NobodyWaitsAnyMore_Stops()
    {
        using var network = new RectifiedNetwork(w: 1, v: 1);
        var cut = Cut(network);
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.Throws<OperationCanceledException>(() => Attributions.Explain(
            cut, Image(), [cut.Layers["act"]], [ScoreTarget.Of(0)], [new Occlusion(1, 1)], (_, _) => Assert.Fail("a map"), gone.Token));
    }

    /// <summary>A pass back for each of many targets may take long: who leaves meanwhile need not be served to the end.</summary>
    [Fact]
    public void Saliency_NobodyWaitsAnyMoreAfterTheForwardPass_MakesNoPassBack()
    {
        using var network = new RectifiedNetwork(w: 1, v: 1);
        using var gone = new CancellationTokenSource();
        var cut = Cut(network);
        network.register_forward_hook((_, _, _) =>
        {
            gone.Cancel();
            return null!;
        });
        var task = new AttributionTask(cut, Image(), cut.Layers["act"], [ScoreTarget.Of(0), ScoreTarget.Of(1)], gone.Token);

        Assert.Throws<OperationCanceledException>(() => new Saliency().Attribute(task));
        Assert.True(gone.IsCancellationRequested);
    }

    [Fact]
    public void Heat_ThreeChannels_IsTheLargestMagnitude()
    {
        var map = new SaliencyMap(new Saliency(), null, ScoreTarget.Of(0), 1, new MapShape(3, 1, 2), new float[] { 1, -2, -3, 0, 2, 1 });

        Assert.Equal([3f, 2], map.Heat().ToArray());
    }

    private static Tensor Image() => cat([tensor(Red).reshape(1, 1, 2, 2), zeros(1, 1, 2, 2), tensor([0f, 1, 0, 0]).reshape(1, 1, 2, 2)], 1);

    private static CutNetwork Cut(RectifiedNetwork network) => new(network, randn([1, 3, 2, 2], generator: new Generator(1)));

    private static SaliencyMap Explain(IAttributionMethod method, float w, float v, ScoreTarget target)
    {
        using var network = new RectifiedNetwork(w, v);
        return Explain(method, network, target);
    }

    private static SaliencyMap Explain(IAttributionMethod method, RectifiedNetwork network, ScoreTarget target) =>
        Explain(method, Cut(network), Image(), "act", target);

    /// <summary>Has a channel of the first layer say the same everywhere.</summary>
    private static void Silence(SmallNetwork network, int channel, float bias)
    {
        using var noTape = no_grad();
        network.get_parameter("conv1.weight")![channel].zero_();
        network.get_parameter("conv1.bias")![channel] = bias;
    }

    private static SaliencyMap Explain(IAttributionMethod method, CutNetwork cut, Tensor image, string layer, ScoreTarget target)
    {
        SaliencyMap? only = null;
        Attributions.Explain(cut, image, [cut.Layers[layer]], [target], [method], (_, map) => only = map);
        return only!;
    }
}
