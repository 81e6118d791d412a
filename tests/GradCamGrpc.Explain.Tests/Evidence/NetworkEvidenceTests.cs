using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests.Evidence;

/// <summary>What asks a network, on networks that can be followed by hand.</summary>
/// <remarks>On red pixels above 0 and v = 4, <see cref="RectifiedNetwork"/> of 2 x 2 pixels is linear: its logit is the sum of the pixels.</remarks>
public sealed class NetworkEvidenceTests : IDisposable
{
    private static readonly float[] Red = [1, 4, 2, 3];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly RectifiedNetwork _network = new(w: 1, v: 4);

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    /// <summary>10 less 4, 3, 2 and 1; the area is (10/2 + 6 + 3 + 1 + 0/2) / 4.</summary>
    [Fact]
    public void Deletion_LinearNetwork_IsTheClosedForm()
    {
        var curve = new PixelCurves().Deletion(Cut(), Image(), new HeatMap(2, 2, Red), ScoreTarget.Of(0), Cancellation);

        Assert.Equal([(0, 10f), (0.25, 6f), (0.5, 3f), (0.75, 1f), (1, 0f)], curve.Points);
        Assert.Equal(3.75, curve.Area);
    }

    [Fact]
    public void Insertion_GreyCanvas_IsTheClosedFormAndTiesGoByIndex()
    {
        var curves = new PixelCurves(steps: 2, InsertionCanvas.Grey);

        Assert.Equal([(0, 0f), (0.5, 7f), (1, 10f)], curves.Insertion(Cut(), Image(), new HeatMap(2, 2, Red), ScoreTarget.Of(0), Cancellation).Points);
        Assert.Equal([(0, 0f), (0.5, 5f), (1, 10f)], curves.Insertion(Cut(), Image(), new HeatMap(2, 2, new float[4]), ScoreTarget.Of(0), Cancellation).Points);
    }

    [Fact]
    public void Blurred_ConstantImage_StaysAsItIsAndDetailIsLost()
    {
        var curves = new PixelCurves(sigma: 1);

        Assert.True(curves.Blurred(ones(1, 3, 4, 5)).allclose(ones(1, 3, 4, 5)));
        Assert.True(curves.Blurred(Image()).std().item<float>() < Image().std().item<float>());
    }

    /// <summary>A map that knows the pixels leaves less under the deletion curve than noise does, and more under the insertion curve.</summary>
    [Fact]
    public void Curves_RandomMap_LosesAgainstTheTrueOne()
    {
        using var network = new RectifiedNetwork(w: 1, v: 4);
        var red = rand([1, 1, 8, 8], generator: new Generator(5));
        var image = cat([red, zeros(1, 2, 8, 8)], 1);
        var cut = new CutNetwork(network, randn([1, 3, 8, 8], generator: new Generator(1)));
        var (truth, noise) = (new HeatMap(8, 8, TensorValues.Floats(red)), RandomMap.Of(8, 8, 3));
        var curves = new PixelCurves(steps: 20, InsertionCanvas.Grey);
        var target = ScoreTarget.Of(0, ScoreLink.Probability);

        Assert.True(curves.Deletion(cut, image, truth, target, Cancellation).Area < curves.Deletion(cut, image, noise, target, Cancellation).Area);
        Assert.True(curves.Insertion(cut, image, truth, target, Cancellation).Area > curves.Insertion(cut, image, noise, target, Cancellation).Area);
    }

    [Fact]
    public void Curves_NobodyWaitsAnyMore_Stop()
    {
        Assert.Throws<OperationCanceledException>(() =>
            new PixelCurves().Deletion(Cut(), Image(), new HeatMap(2, 2, Red), ScoreTarget.Of(0), new CancellationToken(canceled: true)));
    }

    /// <summary>Covering a pixel costs what it adds: the pixels themselves are in the right order, their negatives in the reverse.</summary>
    [Fact]
    public void OcclusionCorrelation_LinearNetwork_IsOneForThePixels()
    {
        var measure = new OcclusionCorrelation(new Occlusion(patch: 1, stride: 1));

        Assert.Equal(1, measure.Measure(Cut(), Image(), new HeatMap(2, 2, Red), ScoreTarget.Of(0), Cancellation)!.Value, 1e-12);
        Assert.Equal(-1, measure.Measure(Cut(), Image(), new HeatMap(2, 2, Red), ScoreTarget.Of(1), Cancellation)!.Value, 1e-12);
        Assert.Null(measure.Measure(Cut(), Image(), new HeatMap(1, 1, new float[1]), ScoreTarget.Of(0), Cancellation));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void OcclusionCorrelation_ScoreIsNotFinite_Throws(float value) =>
        Assert.Throws<NotFiniteNumberException>(() => new OcclusionCorrelation().Losses(Cut(), Image() + value, ScoreTarget.Of(0), Cancellation));

    /// <summary>Of a map that is the image itself the distance is the noise's norm: at most r·√n.</summary>
    [Fact]
    public void Sensitivity_MapIsTheImage_IsTheNoiseOverTheImage()
    {
        var image = Image();
        var bound = 0.1 * Math.Sqrt(12) / image.norm().item<float>();

        var noisy = new Sensitivity(samples: 20, radius: 0.1, seed: 2).Max(TensorValues.Floats, image, Cancellation)!.Value;

        Assert.InRange(noisy, bound / 3, bound);
        Assert.Equal(noisy, new Sensitivity(samples: 20, radius: 0.1, seed: 2).Max(TensorValues.Floats, image, Cancellation));
        Assert.Equal(0, new Sensitivity().Max(_ => [1, 2], image, Cancellation));
        Assert.Null(new Sensitivity().Max(_ => [0, 0], image, Cancellation));
    }

    /// <summary>The map is (3, 4), of norm 5; the second of four copies has (3, 14).</summary>
    [Fact]
    public void Sensitivity_OneCopyIsFarOff_IsItsDistanceOverTheMapsNorm()
    {
        var calls = 0;

        var largest = new Sensitivity(samples: 4).Max(_ => calls++ == 2 ? [3, 14] : [3, 4], Image(), Cancellation);

        Assert.Equal(2, largest!.Value, 1e-12);
        Assert.Equal(5, calls);
    }

    [Fact]
    public void Cascade_SmallNetwork_GoesFromTheOutputsDownAndLeavesTheRest()
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var image = SmallNetwork.Images(1);
        var cut = new CutNetwork(network, image);
        var original = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.clone());
        var before = cut.ImageGradients(image, [ScoreTarget.Of(0)], GradientRule.Derivative, Cancellation);
        var done = new List<string>();

        foreach (var name in new ParameterRandomization(seed: 4).Cascade(network, image))
        {
            done.Add(name);
            foreach (var (parameter, values) in network.named_parameters())
                Assert.Equal(done.Contains(parameter.Split('.')[0]), !values.equal(original[parameter]).all().item<bool>());
            Assert.False(cut.ImageGradients(image, [ScoreTarget.Of(0)], GradientRule.Derivative, Cancellation).allclose(before));
        }
        Assert.Equal(["classifier", "conv2", "branch", "conv1"], done);
    }

    [Fact]
    public void Cascade_SameSeed_GivesTheSameNetwork()
    {
        Assert.True(Randomized(4).allclose(Randomized(4), rtol: 0, atol: 0));
        Assert.False(Randomized(4).allclose(Randomized(5)));

        static Tensor Randomized(ulong seed)
        {
            using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
            Assert.Equal(4, new ParameterRandomization(seed).Cascade(network, SmallNetwork.Images(1)).Count());
            return network.call(SmallNetwork.Images(1));
        }
    }

    /// <summary>The class's logit falls with each colour: each falls by epsilon over its deviation, but not below 0 of the photo.</summary>
    [Fact]
    public void Fgsm_GradientIsPositiveEverywhere_EveryColourFallsByEpsilon()
    {
        var image = full([1, 3, 2, 2], 0.2f);
        image[0, 0, 0, 0] = 0.01f;
        var adversary = new Adversary(Cut(), new PixelScale([0, 0, 0], [1, 0.5, 0.25]));

        var moved = adversary.Fgsm(image, classIndex: 0, epsilon: 0.04) - image;

        var expected = tensor([-0.04f, -0.08f, -0.16f]).reshape(1, 3, 1, 1).expand(1, 3, 2, 2).clone();
        expected[0, 0, 0, 0] = -0.01f;
        Assert.True(moved.allclose(expected, rtol: 0, atol: 1e-6));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7UL)]
    public void Pgd_ManySteps_StaysWithinEpsilonAndLosesTheClass(ulong? seed)
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var image = SmallNetwork.Images(1).clamp(-2, 2);
        var cut = new CutNetwork(network, image);
        var adversary = new Adversary(cut, new PixelScale([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]));

        var changed = adversary.Pgd(image, classIndex: 2, epsilon: 0.1, stepSize: 0.03, steps: 10, seed, Cancellation);

        Assert.InRange((changed - image).abs().max().item<float>(), 0.3f, 0.4f + 1e-6f);
        Assert.InRange(changed.abs().max().item<float>(), 0, 2);
        Assert.True(Probability(changed) < Probability(image));

        float Probability(Tensor of) => cut.Outputs(of).softmax(1)[0, 2].item<float>();
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Adversary_EpsilonIsNoShare_Throws(double epsilon)
    {
        var adversary = new Adversary(Cut(), new PixelScale([0, 0, 0], [1, 1, 1]));

        Assert.Throws<ArgumentOutOfRangeException>(() => adversary.Fgsm(Image(), 0, epsilon));
        Assert.Throws<ArgumentOutOfRangeException>(() => adversary.Pgd(Image(), 0, epsilon, 0.1, 1, cancellation: Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Tensor Image() => cat([tensor(Red).reshape(1, 1, 2, 2), zeros(1, 2, 2, 2)], 1);

    private CutNetwork Cut() => new(_network, randn([1, 3, 2, 2], generator: new Generator(1)));
}
