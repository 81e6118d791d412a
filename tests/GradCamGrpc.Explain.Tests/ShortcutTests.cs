using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>A network that takes shortcuts where it may: EfficientNet-Lite0, whose folded layers do not run.</summary>
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
