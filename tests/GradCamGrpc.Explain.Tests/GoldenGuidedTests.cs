using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Methods on pixels against Captum's, on networks with computed weights and on the embedded model.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenGuidedTests(GoldenGuidedTests.Subjects subjects) : IClassFixture<GoldenGuidedTests.Subjects>
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

        var subject = subjects.Of(golden);
        subject.Decisions.Use = GateUse.Note;
        var map = Explain(subject.Single, golden);

        Assert.Equal(arrays.Shape(key), new[] { map.Shape.Channels, map.Shape.Height, map.Shape.Width });
        var layers = subject.Single.Network.state_dict().Values.Count(entry => entry.dim() >= 2);
        var tolerance = (layers > ManyLayers ? 5e-4f : 1e-4f) * expected.Max(Math.Abs);
        if (ShareBeyond(tolerance, expected, map) == 0)
            return;

        // Each ReLU and each maximum of a pooling is a gate. Where its input is a tie but for the last digits, single precision opens another
        // gate than double precision does, and some pixels' gradients change for good: in the reference (seen in VGG-16: 415 of 150,528
        // values) as here, and on each processor others. So the method has to equal the reference in double precision, but for the gates of
        // the reference; and in single precision to the digit what it says in double precision once the same gates are open.
        subject.Decisions.Use = GateUse.Ignore;
        Assert.InRange(ShareBeyond(tolerance, expected, Explain(subject.Double, golden)), 0, 0.005);
        subject.Decisions.Use = GateUse.Impose;
        Assert.Equal(0, ShareBeyond(tolerance, Explain(subject.Double, golden).Values.ToArray(), map));
        Assert.InRange(subject.Decisions.LargestOverruling, 0, 1e-5);
    }

    /// <summary>The share of values that differ by more.</summary>
    private static double ShareBeyond(float tolerance, float[] expected, SaliencyMap map) =>
        (double)expected.Zip(map.Values.ToArray()).Count(pair => !(Math.Abs(pair.First - pair.Second) <= tolerance)) / expected.Length;

    private static SaliencyMap Explain(PreparedNetwork prepared, GuidedCase golden)
    {
        using var scope = NewDisposeScope();
        SaliencyMap? map = null;
        var cut = prepared.Cut;

        // A method without a layer takes any.
        var layer = golden.Layer is { } name ? cut.Layers[name] : cut.Layers.Values.First();
        Attributions.Explain(
            cut, prepared.Image, [layer], [ScoreTarget.Of(golden.ClassIndex)], [Methods[golden.Method]], (_, made) => map = made,
            TestContext.Current.CancellationToken);
        return map!;
    }

    /// <summary>A network that computes in one precision, unfolded: in single precision as it serves.</summary>
    internal sealed class PreparedNetwork : IDisposable
    {
        private readonly ComputeDevice _device = TestDevice.Open();

        public PreparedNetwork(GuidedCase golden, GateDecisions decisions, ScalarType precision)
        {
            Network = golden.Image is null ? ComputedNetwork(golden.Network) : EmbeddedModel.Read().BuildNetwork();
            Network.to(_device.Device);
            if (precision == float32)
                Network.PrepareForServing();
            else
                Network.Freeze();
            Network.UseFolded(false);
            Network.to(precision);
            decisions.Watch(Network);
            using (NewDisposeScope())
                Image = _device.Image(golden.ImageName is { } photo ? Photo(photo) : ComputedInput()).to(precision).DetachFromDisposeScope();
            Cut = new CutNetwork(Network, Image);
        }

        public ServableNetwork Network { get; }

        public CutNetwork Cut { get; }

        /// <summary>[1, 3, 224, 224].</summary>
        public Tensor Image { get; }

        public void Dispose()
        {
            Image.Dispose();
            Network.Dispose();
            _device.Dispose();
        }
    }

    /// <summary>A network in single and, once that is asked for, in double precision.</summary>
    internal sealed class Subject : IDisposable
    {
        private readonly Lazy<PreparedNetwork> _double;

        public Subject(GuidedCase golden)
        {
            Single = new PreparedNetwork(golden, Decisions, float32);
            _double = new Lazy<PreparedNetwork>(() => new PreparedNetwork(golden, Decisions, float64));
        }

        public GateDecisions Decisions { get; } = new();

        public PreparedNetwork Single { get; }

        public PreparedNetwork Double => _double.Value;

        public void Dispose()
        {
            Single.Dispose();
            if (_double.IsValueCreated)
                _double.Value.Dispose();
            Decisions.Dispose();
        }
    }

    /// <summary>Networks are built once for all their cases.</summary>
    public sealed class Subjects : IDisposable
    {
        private readonly Dictionary<(string Network, string? Image), Subject> _built = [];

        internal Subject Of(GuidedCase golden)
        {
            var key = (golden.Network, golden.Image);
            return _built.TryGetValue(key, out var subject) ? subject : _built[key] = new Subject(golden);
        }

        public void Dispose()
        {
            foreach (var subject in _built.Values)
                subject.Dispose();
        }
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
