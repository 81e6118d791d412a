using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Layers at which there is nothing to explain, and scores that nothing moves.</summary>
public sealed class UnusableLayerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("auxiliary", "do not depend")]
    [InlineData("auxiliary.conv", "do not depend")]
    [InlineData("auxiliary.act", "do not depend")]
    [InlineData("twice", "several times")]
    [InlineData("never", "no output of its own")]
    [InlineData("pool", "no height and width")]
    [InlineData("classifier", "no height and width")]
    public void UnusableLayers_PartThatCannotBeCut_SaysWhy(string name, string reason)
    {
        using var network = new BranchedNetwork();
        var cut = new CutNetwork(network, Images(1));

        Assert.Contains(reason, cut.UnusableLayers[name], StringComparison.Ordinal);
        Assert.DoesNotContain(name, cut.Layers.Keys);
    }

    [Fact]
    public void Layers_BranchedNetwork_AreTheOthersAndHaveMaps()
    {
        using var network = new BranchedNetwork();
        var cut = new CutNetwork(network, Images(1));
        var images = Images(2);
        var maps = new List<SaliencyMap>();

        Assert.Equal(["conv", "act", "last"], cut.Layers.Keys);
        var query = new ImageQuery([.. cut.Layers.Values], 2);
        cut.Forward(images, [query, query]).Explain(
            [[ScoreTarget.Of(0), ScoreTarget.Of(2)], [ScoreTarget.Of(1), ScoreTarget.Of(2)]],
            [[new GradCam()], [new GradCam()]],
            (_, _, map) => maps.Add(map));

        Assert.Equal(3 * 4, maps.Count);
        Assert.All(maps, map => Assert.False(map.IsZero));
    }

    /// <summary>Logits of 1000 and -1000 times the activations' mean: the softmax is 1 in single precision, and its gradient 0.</summary>
    [Theory]
    [InlineData("grad-cam", ScoreLink.Probability, true)]
    [InlineData("grad-cam", ScoreLink.Logit, false)]
    [InlineData("layer-cam", ScoreLink.Probability, true)]
    [InlineData("eigen-cam", ScoreLink.Probability, false)]
    [InlineData("score-cam", ScoreLink.Probability, false)]
    [InlineData("saliency", ScoreLink.Probability, true)]
    [InlineData("saliency", ScoreLink.Logit, false)]
    [InlineData("integrated-gradients", ScoreLink.Logit, false)]
    [InlineData("guided-grad-cam", ScoreLink.Probability, true)]
    public void ScoreIsFlat_SaturatedProbability_IsSaidOfMapsThatAreZeroForIt(string name, ScoreLink link, bool isFlat)
    {
        var map = Explain(ExplanationMethods.All.Single(method => method.Name == name), v: 1000, ScoreTarget.Of(0, link));

        Assert.Equal((isFlat, isFlat), (map.ScoreIsFlat, map.IsZero));
    }

    [Fact]
    public void ScoreIsFlat_AugmentationSmoothed_IsAskedOfThePhotoItself()
    {
        Assert.True(Explain(new AugmentationSmoothed(new GradCam()), v: 1000, ScoreTarget.Of(0, ScoreLink.Probability)).ScoreIsFlat);
        Assert.True(Explain(new AugmentationSmoothed(new Saliency()), v: 1000, ScoreTarget.Of(0, ScoreLink.Probability)).ScoreIsFlat);
    }

    /// <summary>The gradient of the second class is negative everywhere, and Guided Backpropagation lets nothing of it pass: the score is not flat.</summary>
    [Fact]
    public void ScoreIsFlat_MapIsZeroForAnotherReason_IsFalse()
    {
        var map = Explain(new GuidedBackpropagation(), v: 3, ScoreTarget.Of(1));

        Assert.Equal((true, false), (map.IsZero, map.ScoreIsFlat));
    }

    /// <summary>One image's flat score among others that are not, in lanes of one batch.</summary>
    [Fact]
    public void ScoreIsFlat_OneTargetOfSeveralInABatch_IsSaidOfThatOneAlone()
    {
        using var network = new RectifiedNetwork(w: 1, v: 1000);
        var cut = new CutNetwork(network, randn([1, 3, 2, 2], generator: new Generator(1)));
        var flat = new List<(int, int)>();
        var query = new ImageQuery([cut.Layers["act"], cut.Layers["conv"]], 2);

        cut.Forward(cat([Image(), Image()]), [query, query]).Explain(
            [[ScoreTarget.Of(0), ScoreTarget.Of(0, ScoreLink.Probability)], [ScoreTarget.Of(1, ScoreLink.Probability), ScoreTarget.Of(1)]],
            [[new GradCam()], [new GradCam()]],
            (image, target, map) =>
            {
                if (map.ScoreIsFlat)
                    flat.Add((image, target));
            });

        Assert.Equal([(0, 1), (0, 1), (1, 0), (1, 0)], flat);
    }

    private static Tensor Images(int count) => randn([count, 3, 6, 6], generator: new Generator(2));

    private static Tensor Image() => tensor([1f, -1, 2, 0.5f]).reshape(1, 1, 2, 2).repeat(1, 3, 1, 1) / 3;

    private static SaliencyMap Explain(IExplanationMethod method, float v, ScoreTarget target)
    {
        using var network = new RectifiedNetwork(w: 1, v);
        var cut = new CutNetwork(network, randn([1, 3, 2, 2], generator: new Generator(1)));
        SaliencyMap? only = null;
        if (method is ICamMethod cam)
            cut.Forward(Image(), [new ImageQuery([cut.Layers["act"]], 1)]).Explain([[target]], [[cam]], (_, _, map) => only = map);
        else
            Attributions.Explain(cut, Image(), [cut.Layers["act"]], [target], [(IAttributionMethod)method], (_, map) => only = map);
        return only!;
    }
}
