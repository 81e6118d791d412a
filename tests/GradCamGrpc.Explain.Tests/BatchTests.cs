using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>What an image is asked with makes no difference to its maps: the embedded network, as it serves.</summary>
public sealed class BatchTests : IClassFixture<BatchTests.ServedNetwork>
{
    private const int Count = 5;

    private static readonly int[] Order = [3, 0, 4, 1, 2];

    private readonly CutNetwork _cut;

    public BatchTests(ServedNetwork served) => _cut = served.Cut;

    public static TheoryData<string, string> Cams
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var method in ExplanationMethods.All.OfType<ICamMethod>().Append(new EigenSmoothed(new GradCam())))
            {
                data.Add(method.Name, "bn2");
                if (method is not Cam)
                    data.Add(method.Name, "blocks.5.0");
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Cams))]
    public void Explain_Batch_EqualsEachImageAlone(string method, string layer)
    {
        using var scope = NewDisposeScope();
        var images = Images();

        var together = Explain(images, method, layer, [0, 1, 2, 3, 4]);

        for (var i = 0; i < Count; i++)
            AssertClose(Explain(images.narrow(0, i, 1), method, layer, [i])[0], together[i]);
    }

    [Theory, MemberData(nameof(Cams))]
    public void Explain_BatchInAnotherOrder_GivesTheAnswersInThatOrder(string method, string layer)
    {
        using var scope = NewDisposeScope();
        var images = Images();

        var straight = Explain(images, method, layer, [0, 1, 2, 3, 4]);
        var permuted = Explain(ChannelsLast(images.index_select(0, tensor([.. Order.Select(i => (long)i)]))), method, layer, Order);

        for (var i = 0; i < Count; i++)
            AssertClose(straight[Order[i]], permuted[i]);
    }

    /// <summary>Two maps of each image: scores that differ from image to image.</summary>
    private SaliencyMap[][] Explain(Tensor images, string method, string layer, int[] identities)
    {
        var cam = ExplanationMethods.All.OfType<ICamMethod>().Append(new EigenSmoothed(new GradCam())).Single(candidate => candidate.Name == method);
        ScoreTarget[][] targets = [.. identities.Select(i => new[] { ScoreTarget.Of(100 + i), ScoreTarget.Contrast(281, 7 + i) })];
        var maps = targets.Select(wanted => new SaliencyMap[wanted.Length]).ToArray();
        _cut.Forward(images, [.. identities.Select(_ => new ImageQuery([_cut.Layers[layer]], 2))]).Explain(
            targets, [.. identities.Select(_ => new[] { cam })], (image, target, map) => maps[image][target] = map);
        return maps;
    }

    private static void AssertClose(SaliencyMap[] expected, SaliencyMap[] actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Score, other.Score, 1e-5f * Math.Max(1, Math.Abs(one.Score)));
            var largest = one.Values.ToArray().Max(Math.Abs);
            Assert.NotEqual(0, largest);
            var worst = one.Values.ToArray().Zip(other.Values.ToArray(), (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(worst / largest, 0, 1e-5f);
        }
    }

    private static Tensor Images() => ChannelsLast(randn([Count, 3, 224, 224], generator: new Generator(6)));

    private static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    public sealed class ServedNetwork : IDisposable
    {
        private readonly Models.Networks.ServableNetwork _network = EmbeddedModel.Read().BuildNetwork();

        public ServedNetwork()
        {
            _network.PrepareForServing();
            Cut = new CutNetwork(_network, randn([1, 3, 224, 224], generator: new Generator(1)), _network.UseFolded);
        }

        public CutNetwork Cut { get; }

        public void Dispose() => _network.Dispose();
    }
}
