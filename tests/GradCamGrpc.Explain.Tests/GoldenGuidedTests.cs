using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Methods on pixels against Captum's, on networks with computed weights and on the embedded model.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenGuidedTests
{
    private const int ManyLayers = 40;

    private static readonly Dictionary<string, IAttributionMethod> Methods = new(StringComparer.Ordinal)
    {
        ["guided_backprop"] = new GuidedBackpropagation(),
        ["deconvolution"] = new Deconvolution(),
        ["saliency"] = new Saliency(),
        ["guided_gradcam"] = new GuidedGradCam(),
    };

    public static TheoryData<string> Cases => GuidedCase.Theory();

    [Theory, MemberData(nameof(Cases))]
    public void Explain_GoldenCase_MapEqualsTheReference(string key)
    {
        var golden = GuidedCase.All().Single(candidate => candidate.Key == key);
        using var arrays = GoldenArrays.Open("guided.safetensors");
        var expected = arrays.Floats(key);

        using var scope = NewDisposeScope();
        using var network = golden.Image is null ? ComputedNetwork(golden.Network) : EmbeddedModel.Read().BuildNetwork();
        using var device = TestDevice.Open();
        network.to(device.Device);
        network.PrepareForServing();
        network.UseFolded(false);
        using var decisions = new GateDecisions(network) { Use = GateUse.Note };
        var image = device.Image(golden.ImageName is { } photo ? Photo(photo) : ComputedInput());
        var cut = new CutNetwork(network, image);
        var map = Explain(cut, image, golden);

        Assert.Equal(arrays.Shape(key), new[] { map.Shape.Channels, map.Shape.Height, map.Shape.Width });
        var layers = network.state_dict().Values.Count(entry => entry.dim() >= 2);
        var tolerance = (layers > ManyLayers ? 5e-4f : 1e-4f) * expected.Max(Math.Abs);
        if (ShareBeyond(tolerance, expected, map) == 0)
            return;

        // Each ReLU and each maximum of a pooling is a gate. Where its input is a tie but for the last digits, single precision opens another
        // gate than double precision does, and some pixels' gradients change for good: in the reference (seen in VGG-16: 415 of 150,528
        // values) as here, and on each processor others. So the method has to equal the reference in double precision, but for the gates of
        // the reference; and in single precision to the digit what it says in double precision once the same gates are open.
        network.to(float64);
        image = image.to(float64);
        decisions.Use = GateUse.Ignore;
        Assert.InRange(ShareBeyond(tolerance, expected, Explain(cut, image, golden)), 0, 0.005);
        decisions.Use = GateUse.Impose;
        Assert.Equal(0, ShareBeyond(tolerance, Explain(cut, image, golden).Values.ToArray(), map));
        Assert.InRange(decisions.LargestOverruling, 0, 1e-5);
    }

    /// <summary>The share of values that differ by more.</summary>
    private static double ShareBeyond(float tolerance, float[] expected, SaliencyMap map) =>
        (double)expected.Zip(map.Values.ToArray()).Count(pair => !(Math.Abs(pair.First - pair.Second) <= tolerance)) / expected.Length;

    private static SaliencyMap Explain(CutNetwork cut, Tensor image, GuidedCase golden)
    {
        using var scope = NewDisposeScope();
        SaliencyMap? map = null;

        // A method without a layer takes any.
        var layer = golden.Layer is { } name ? cut.Layers[name] : cut.Layers.Values.First();
        Attributions.Explain(
            cut, image, [layer], [ScoreTarget.Of(golden.ClassIndex)], [Methods[golden.Method]], (_, made) => map = made,
            TestContext.Current.CancellationToken);
        return map!;
    }

    private static ServableNetwork ComputedNetwork(string name)
    {
        var network = Architectures.Create(name, classes: 1000);
        ComputedWeights.Of("check.json").Fill(network);
        return network;
    }

    private static Tensor ComputedInput() =>
        tensor(ComputedWeights.Of("check.json").Numbers("input", 3 * 224 * 224)).reshape(1, 3, 224, 224);

    private static Tensor Photo(string name)
    {
        using var arrays = GoldenArrays.Open("cams.safetensors");
        return tensor(arrays.Floats($"{name}.input")).reshape(1, 3, 224, 224);
    }
}
