using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>EfficientNet-Lite0 as it serves, folded and channels-last, against the reference's logits and maps.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenMapTests(GoldenMapTests.ServedNetwork served) : IClassFixture<GoldenMapTests.ServedNetwork>
{
    /// <summary>By the names that pytorch-grad-cam gives its methods.</summary>
    private static readonly Dictionary<string, ICamMethod> Methods = new(StringComparer.Ordinal)
    {
        ["GradCAM"] = new GradCam(),
        ["LayerCAM"] = new LayerCam(),
        ["HiResCAM"] = new HiResCam(),
        ["GradCAMElementWise"] = new ElementWiseGradCam(),
        ["EigenCAM"] = new EigenCam(),
        ["EigenGradCAM"] = new EigenGradCam(),
    };

    public static TheoryData<string> RawCases => CamCase.Theory(golden => golden.Raw && Methods.ContainsKey(golden.Method) ? golden.Key : null);

    public static TheoryData<string> EigenCases => CamCase.Theory(golden => golden.Method == "EigenCAM" ? golden.Key : null);

    public static TheoryData<string> CamCases => CamCase.Theory(golden => golden.Method == "CAM" ? golden.Key : null);

    public static TheoryData<string> Images => CamCase.Theory(golden => golden.ImageName);

    [Theory, MemberData(nameof(Images))]
    public void Forward_GoldenImage_LogitsEqualTheReference(string image)
    {
        using var scope = NewDisposeScope();
        using var arrays = GoldenArrays.Open("cams.safetensors");

        var pass = served.Cut.Forward(Input(arrays, image), [ImageQuery.PredictionOnly]);

        var expected = arrays.Floats($"{image}.logits");
        AssertWithin(1e-4f * Math.Max(1, expected.Max(Math.Abs)), expected, pass.Outputs.data<float>().ToArray());
    }

    [Theory, MemberData(nameof(RawCases))]
    public void Explain_GoldenCase_MapEqualsTheReference(string key)
    {
        var golden = CamCase.All().Single(candidate => candidate.Key == key);
        using var scope = NewDisposeScope();
        using var arrays = GoldenArrays.Open("cams.safetensors");

        var map = Explain(arrays, golden, Methods[golden.Method]);

        var expected = arrays.Floats($"{key}.raw");
        var actual = map.Values.ToArray();

        // A component's sign is arbitrary.
        if (golden.Method == "EigenGradCAM")
            AssertWithin(5e-4f * expected.Max(Math.Abs), expected, UpToSign(expected, actual));
        else
            AssertIsReference(expected, actual);
    }

    /// <summary>The reference has these maps only as it draws them: after the ReLU, on the input's grid, from 0 to 1.</summary>
    [Theory, MemberData(nameof(EigenCases))]
    public void Explain_GoldenEigenCam_DrawnMapEqualsTheReference(string key)
    {
        var golden = CamCase.All().Single(candidate => candidate.Key == key);
        using var scope = NewDisposeScope();
        using var arrays = GoldenArrays.Open("cams.safetensors");

        var map = Explain(arrays, golden, Methods[golden.Method]);

        var expected = arrays.Floats($"{key}.scaled");
        var worst = new[] { 1f, -1f }.Min(sign => expected.Zip(Drawn(map, sign), (e, a) => Math.Abs(e - a)).Max());
        Assert.InRange(worst, 0, 1e-3);
    }

    /// <summary>CAM (Zhou et al. 2016) is the classifier's weights instead of gradients: h·w times Grad-CAM behind a pooling.</summary>
    [Theory, MemberData(nameof(CamCases))]
    public void Explain_LayerBeforeThePooling_TimesItsPositionsIsCam(string key)
    {
        var golden = CamCase.All().Single(candidate => candidate.Key == key);
        using var scope = NewDisposeScope();
        using var arrays = GoldenArrays.Open("cams.safetensors");

        var map = Explain(arrays, golden, new GradCam());

        var positions = map.Layer.Height * map.Layer.Width;
        AssertIsReference(arrays.Floats($"{key}.raw"), [.. map.Values.ToArray().Select(value => value * positions)]);
    }

    private static float[] UpToSign(float[] expected, float[] actual) =>
        expected.Zip(actual, (e, a) => e * a).Sum() < 0 ? [.. actual.Select(value => -value)] : actual;

    /// <summary>relu, bilinear with half-pixel centres to 224 x 224, minus the minimum, divided by the maximum.</summary>
    private static float[] Drawn(SaliencyMap map, float sign)
    {
        var positive = (tensor(map.Values.ToArray()) * sign).relu().reshape(1, 1, map.Layer.Height, map.Layer.Width);
        var drawn = nn.functional.interpolate(positive, [224, 224], mode: InterpolationMode.Bilinear, align_corners: false);
        drawn -= drawn.min();
        drawn /= drawn.max() + 1e-7;
        return drawn.data<float>().ToArray();
    }

    private SaliencyMap Explain(GoldenArrays arrays, CamCase golden, ICamMethod method)
    {
        SaliencyMap? only = null;
        var query = new ImageQuery([served.Cut.Layers[golden.Layer]], 1);
        served.Cut.Forward(Input(arrays, golden.ImageName), [query])
            .Explain([[Target(golden.Score)]], [[method]], (_, _, map) => only = map);
        return only!;
    }

    private static ScoreTarget Target(CamScore score) => score.Kind switch
    {
        "logit" => ScoreTarget.Of(score.ClassIndex),
        "probability" => ScoreTarget.Of(score.ClassIndex, ScoreLink.Probability),
        "log_probability" => ScoreTarget.Of(score.ClassIndex, ScoreLink.LogProbability),
        "contrast" => ScoreTarget.Contrast(score.ClassIndex, score.OtherClassIndex!.Value),
        "counterfactual" => ScoreTarget.Counterfactual(score.ClassIndex),
        var other => throw new InvalidDataException($"unknown score '{other}'"),
    };

    private static Tensor Input(GoldenArrays arrays, string image)
    {
        var key = $"{image}.input";
        var shape = arrays.Shape(key).Select(side => (long)side).Prepend(1).ToArray();
        return tensor(arrays.Floats(key)).reshape(shape).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    private static void AssertIsReference(float[] expected, float[] actual) =>
        AssertWithin(1e-4f * expected.Max(Math.Abs), expected, actual);

    private static void AssertWithin(float tolerance, float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= tolerance, $"differs by {worst}, allowed is {tolerance}");
    }

    public sealed class ServedNetwork : IDisposable
    {
        private readonly ServableNetwork _network;

        public ServedNetwork()
        {
            _network = EmbeddedModel.Read().BuildNetwork();
            _network.PrepareForServing();
            Cut = new CutNetwork(_network, randn([1, 3, 224, 224], generator: new Generator(1)), _network.UseFolded);
        }

        public CutNetwork Cut { get; }

        public void Dispose() => _network.Dispose();
    }
}
