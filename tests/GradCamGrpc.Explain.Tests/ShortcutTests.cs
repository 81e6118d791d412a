using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Networks that take shortcuts where they may, so that some layers do not run: EfficientNet-Lite0, and those without normalisations.</summary>
public sealed class ShortcutTests
{
    /// <summary>The last non-linearity feeds the pooling as the normalisation around it does, but runs only unfolded.</summary>
    [Fact]
    public void Explain_LayerThatShortcutsSkip_EqualsTheLayerAroundIt()
    {
        using var scope = NewDisposeScope();
        using var network = EmbeddedModel.Read().BuildNetwork();
        network.PrepareForServing();
        var image = randn([1, 3, 224, 224], generator: new Generator(1));
        var cut = new CutNetwork(network, image, network.UseFolded);

        var expected = Explain(cut, image, "bn2");
        var actual = Explain(cut, image, "bn2.act");

        var largest = expected.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, largest * 1e-4f));
    }

    /// <summary>Where it may, a convolution runs with the ReLU behind it as one.</summary>
    [Theory]
    [InlineData("alexnet", "features.10", "features.11")]
    [InlineData("vgg16", "features.28", "features.29")]
    public void Forward_ConvolutionAndItsReLUAskedFor_BothRun(string name, string convolution, string relu)
    {
        using var scope = NewDisposeScope();
        using var network = Architectures.Create(name, classes: 10);
        new ComputedWeights("").Fill(network);
        network.PrepareForServing();
        var image = ChannelsLast.Of(randn([1, 3, 64, 64], generator: new Generator(5)));
        var cut = new CutNetwork(network, image, network.UseFolded);
        var (before, after) = (cut.Layers[convolution], cut.Layers[relu]);

        var pass = cut.Forward(image, [new ImageQuery([], 0) { Observed = [before, after] }]);

        Assert.True(pass.Activations(0, before).min().item<float>() < 0);
        Assert.True(pass.Activations(0, before).relu().Equals(pass.Activations(0, after)));
        Assert.True(cut.Activations(image, before).relu().Equals(cut.Activations(image, after)));
        Assert.True(pass.Outputs.allclose(cut.Outputs(image), rtol: 1e-4, atol: 1e-4 * pass.Outputs.abs().max().item<float>()));
    }

    /// <summary>What is taken out of a network in bfloat16 is in single precision, and so is all that is made of it.</summary>
    [Fact]
    public void Explain_NetworkInBf16_IsNearTheMapInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        using var single = EmbeddedModel.Read().BuildNetwork();
        using var half = EmbeddedModel.Read().BuildNetwork();
        single.PrepareForServing();
        half.PrepareForServing(precision: Precision.Bf16);
        var image = randn([1, 3, 224, 224], generator: new Generator(1));
        var cut = new CutNetwork(half, image, half.UseFolded);
        var query = new ImageQuery([], 0) { Observed = [cut.Layers["blocks.4.2"], cut.Layers["bn2"]] };

        var expected = Explain(new CutNetwork(single, image, single.UseFolded), image, "bn2");
        var actual = Explain(cut, image, "bn2");
        var pass = cut.Forward(image, [query]);

        var apart = expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value);
        Assert.InRange(Math.Sqrt(apart), 1e-4, 0.25);
        Assert.All(query.Observed, layer => Assert.Equal(float32, pass.Activations(0, layer).dtype));
        Assert.Equal(float32, cut.Activations(image, cut.Layers["bn2"]).dtype);
        Assert.Equal(float32, pass.Outputs.dtype);
    }

    private static float[] Explain(CutNetwork cut, Tensor image, string layer)
    {
        float[] values = [];
        cut.Forward(image, [new ImageQuery([cut.Layers[layer]], 1)])
            .Explain([[ScoreTarget.Of(281)]], [[new GradCam()]], (_, _, map) => values = map.Values.ToArray());
        return values;
    }
}
