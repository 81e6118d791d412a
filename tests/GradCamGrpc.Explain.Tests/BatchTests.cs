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

    /// <summary>Neighbours that ask for the same are explained together; those that differ in anything, or that nobody waits for, are not.</summary>
    [Theory]
    [InlineData("bn2", "bn2")]
    [InlineData("blocks.5.0", "blocks.4.0", "blocks.5.0")]
    public void Explain_NeighboursAskForOtherThings_EachIsAsAlone(string layer, params string[] layers)
    {
        using var scope = NewDisposeScope();
        var images = Images();
        ICamMethod gradCam = new GradCam(), layerCam = new LayerCam();
        (string[] Layers, int[] Classes, ICamMethod[] Methods)[] questions =
        [
            ([layer], [100, 101], [gradCam]),
            ([layer], [281, 7], [gradCam]),
            ([layer], [102, 103], [gradCam]),
            (layers, [104, 7], [gradCam]),
            (layers, [105, 8], [layerCam, gradCam]),
        ];
        const int unwanted = 1;

        var together = Explain(images, questions, image => image != unwanted);

        Assert.Empty(together[unwanted]);
        foreach (var i in Enumerable.Range(0, Count).Where(i => i != unwanted))
        {
            var alone = Explain(images.narrow(0, i, 1), [questions[i]], _ => true)[0];
            Assert.Equal(alone.Select(Identity), together[i].Select(Identity));
            AssertClose([.. alone], [.. together[i]]);
        }

        static (string, string?, int) Identity(SaliencyMap map) => (map.Method.Name, map.Layer?.Name, map.Target!.Terms[0].ClassIndex);
    }

    private List<SaliencyMap>[] Explain(
        Tensor images, (string[] Layers, int[] Classes, ICamMethod[] Methods)[] questions, Func<int, bool> isWanted)
    {
        var maps = questions.Select(_ => new List<SaliencyMap>()).ToArray();
        ScoreTarget[][] targets = [.. questions.Select(question => question.Classes.Select(index => ScoreTarget.Of(index)).ToArray())];
        var queries = questions.Select(question => new ImageQuery([.. question.Layers.Select(layer => _cut.Layers[layer])], question.Classes.Length));
        _cut.Forward(images, [.. queries]).Explain(
            targets, [.. questions.Select(question => question.Methods)], (image, _, map) => maps[image].Add(map), isWanted);
        return maps;
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
