using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
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

    private static float[] Explain(CutNetwork cut, Tensor image, string layer)
    {
        float[] values = [];
        cut.Forward(image, [new ImageQuery([cut.Layers[layer]], 1)])
            .Explain([[ScoreTarget.Of(281)]], [[new GradCam()]], (_, _, map) => values = map.Values.ToArray());
        return values;
    }
}
