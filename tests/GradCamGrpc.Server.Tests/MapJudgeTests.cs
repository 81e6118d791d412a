using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Evidence;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Requests;
using TorchSharp;
using static TorchSharp.torch;
using Measure = GradCamGrpc.Protos.V1.Measure;

namespace GradCamGrpc.Server.Tests;

public sealed class MapJudgeTests : IDisposable
{
    private const int Side = 8;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TestMetrics _metrics = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _scope.Dispose();
    }

    /// <summary>A photo that is infinite everywhere, of which the network can say nothing.</summary>
    [Theory]
    [InlineData(Measure.Insertion)]
    [InlineData(Measure.Deletion)]
    [InlineData(Measure.OcclusionCorrelation)]
    [InlineData(Measure.Sensitivity)]
    public void Judge_ChangedPhotosAreNotFinite_IsRefused(Measure measure)
    {
        using var network = nn.Sequential(
            ("conv", nn.Conv2d(3, 4, 3)), ("act", nn.ReLU()), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", nn.Linear(4, 2)));
        foreach (var parameter in network.parameters())
            parameter.requires_grad_(false);
        network.eval();
        var cut = new CutNetwork(network, randn([1, 3, Side, Side], generator: new Generator(1)));
        var layer = cut.Layers["conv"];
        var photo = new InspectedPhoto(cut, ones(1, 3, Side, Side) * float.PositiveInfinity, [0, 0], [], TestContext.Current.CancellationToken);
        var score = JudgedScore.OfLogit(0);
        var map = new SaliencyMap(
            new GradCam(), layer, score.Target, 1, new MapShape(1, layer.Height, layer.Width), new float[layer.Height * layer.Width]);
        var plan = new MeasurePlan(
            new HashSet<Measure> { measure }, new PhotoBoxes([]), IncludesBaselines: false, new PixelCurves(steps: 4), new Occlusion(patch: 4, stride: 4), new Sensitivity(samples: 2), Seed: 1);
        var judge = new MapJudge("small", [layer], plan, new InputGrid(Side, Side, new CropRectangle(0, 0, Side, Side)), _metrics.Server);

        Assert.Throws<NonFiniteException>(() => judge.Judge(photo, score, score.Judged(map), judge.Losses(photo, score)));
    }
}
