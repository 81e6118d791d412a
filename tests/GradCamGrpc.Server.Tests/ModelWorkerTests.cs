using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.TestData;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Tests;

/// <summary>On the embedded model, on this thread.</summary>
public sealed class ModelWorkerTests : IDisposable
{
    private static readonly ModelFolder Folder = EmbeddedModel.Read();

    private readonly TestMetrics _metrics = new();
    private readonly ModelHeads _heads = new(Folder);
    private readonly ModelWorker _worker;

    public ModelWorkerTests()
    {
        _worker = new ModelWorker(
            Folder, _heads, DeviceName.Cpu, Precision.Fp32, new BatchSettings(4, TimeSpan.Zero), measures: true, new ActivationCache(1 << 20), _metrics.Server, TimeProvider.System);
        _worker.Open();
    }

    public void Dispose()
    {
        _worker.Close();
        _heads.Dispose();
        _metrics.Dispose();
    }

    /// <summary>
    /// Of four photos three are the same: one pass runs on two, and who waits for the third and the fourth is told what it left behind. All four
    /// see a layer's activations.
    /// </summary>
    [Fact]
    public void Process_SamePhotoSeveralTimesInABatch_RunsOnce()
    {
        Watching[] requests = [Watch(grey: 90), Watch(grey: 90), Watch(grey: 200), Watch(grey: 90)];

        _worker.Process([.. requests.Select(request => Queued(request, request.Grey))]);

        Assert.All(requests, request => Assert.True(request.Prediction.IsCompletedSuccessfully));
        Assert.Equal([2, 1, 2, 1], requests.Select(request => request.Answer.BatchSize));
        Assert.Equal(requests[0].Answer.Logits, requests[1].Answer.Logits);
        Assert.Equal(requests[0].Answer.Logits, requests[3].Answer.Logits);
        Assert.NotEqual(requests[0].Answer.Logits, requests[2].Answer.Logits);
        Assert.All(requests, request => Assert.Equal([1L, 1280, 7, 7], request.Seen));
    }

    /// <summary>A prediction may wait for maps, but it is good without them; the other photos of its batch have theirs.</summary>
    [Fact]
    public async Task Process_MapIsNotFinite_PredictionComesAndThenTheFault()
    {
        var tooLarge = new TargetChoice.Weighted([new WeightedTerm(282, 3e38), new WeightedTerm(282, 3e38)], ScoreChoice.Logit);
        ExplanationRequest[] requests = [Explaining(tooLarge), Explaining(Cat)];

        _worker.Process([.. requests.Select((request, i) => Queued(request, (byte)(90 + i)))]);

        Assert.All(requests, request => Assert.True(request.Prediction.IsCompletedSuccessfully));
        var fault = await Assert.ThrowsAsync<NonFiniteException>(async () => await requests[0].Items.ToArrayAsync(TestContext.Current.CancellationToken));
        Assert.Contains("grad-cam map", fault.Message, StringComparison.Ordinal);
        var map = Assert.Single(await requests[1].Items.ToArrayAsync(TestContext.Current.CancellationToken));
        Assert.True(map.Map is { IsFinite: true, IsZero: false });
    }

    [Fact]
    public void Process_MapsCostMoreThanAProduct_PredictionComesBeforeThem()
    {
        ExplanationRequest? request = null;
        var wasPredicted = false;
        request = Explaining(Cat, new SlowCam(() => wasPredicted = request!.Prediction.IsCompletedSuccessfully));

        _worker.Process([Queued(request, grey: 95)]);

        Assert.True(wasPredicted);
    }

    [Fact]
    public void Process_MapsCostAProduct_PredictionComesWithThem()
    {
        ExplanationRequest? request = null;
        bool? wasPredicted = null;
        request = Explaining(Cat, new QuickCam(() => wasPredicted = request!.Prediction.IsCompleted));

        _worker.Process([Queued(request, grey: 96)]);

        Assert.False(wasPredicted);
        Assert.True(request.Prediction.IsCompletedSuccessfully);
    }

    [Fact]
    public void Process_MethodFails_PredictionComesAllTheSame()
    {
        var request = Explaining(Cat, new QuickCam(() => throw new InvalidOperationException("no map")));

        Assert.Throws<InvalidOperationException>(() => _worker.Process([Queued(request, grey: 97)]));

        Assert.True(request.Prediction.IsCompletedSuccessfully);
    }

    [Fact]
    public void Process_ClientLeavesBeforeItsMaps_NoneIsMade()
    {
        using var leaving = new CancellationTokenSource();
        var made = 0;
        var target = new TargetChoice.Followed(_ =>
        {
            leaving.Cancel();
            return 282;
        });
        var request = new ExplanationRequest(
            [_worker.Network!.Layers["bn2"]], [target], [new SlowCam(() => made++), new QuickCam(() => made++)], leaving.Token);

        _worker.Process([Queued(request, grey: 98)]);

        Assert.Equal(0, made);
    }

    [Fact]
    public async Task Process_Inspection_SeesWhetherItsClientWaits()
    {
        using var leaving = new CancellationTokenSource();
        var request = new InspectionRequest<CancellationToken>(photo => [photo.Cancellation], leaving.Token);

        _worker.Process([Queued(request, grey: 99)]);

        Assert.Equal(leaving.Token, Assert.Single(await request.Items.ToArrayAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Of two requests about one photo the first runs, and the second is told what that left behind: the inputs of both are given back.</summary>
    [Fact]
    public void Process_RowHasRunOrIsRecalled_ItsInputIsGivenBack()
    {
        ModelInput[] inputs = [Input(grey: 120), Input(grey: 120)];

        foreach (var input in inputs)
            _worker.Process([Queued(Watch(grey: 120), input)]);

        Assert.All(inputs, input => Assert.Throws<ObjectDisposedException>(() => input.Values.Length));
    }

    private static TargetChoice Cat => new TargetChoice.Class(282, ScoreChoice.Logit);

    private static QueuedItem<RowGroup> Queued(InferenceRequest request, byte grey) => Queued(request, Input(grey));

    private static QueuedItem<RowGroup> Queued(InferenceRequest request, ModelInput input) =>
        new(new RowGroup([new InferenceRow(input, [request])], deadline: null, CancellationToken.None), TimeProvider.System.GetTimestamp());

    private ExplanationRequest Explaining(TargetChoice target, ICamMethod? method = null) =>
        new([_worker.Network!.Layers["bn2"]], [target], [method ?? new GradCam()], CancellationToken.None);

    private Watching Watch(byte grey)
    {
        var layer = _worker.Network!.Layers["bn2"];
        using var input = Input(grey);
        return new Watching(layer, grey) { Key = ActivationKey.Of("network", input, [layer]) };
    }

    private static ModelInput Input(byte grey)
    {
        using var photo = new PixelBuffer(224, 224);
        photo.Bytes.Fill(grey);
        return new Preprocessor(ModelInstance.Spec(Folder.Manifest.Preprocessing with { ResizeShorterSide = null })).Prepare(photo);
    }

    /// <summary>Tells when maps are made, and reads the gradient of every position.</summary>
    private sealed class SlowCam(Action onMap) : ICamMethod
    {
        public string Name => "slow";

        public Tensor Map(Tensor activations, Tensor gradients)
        {
            onMap();
            return (activations * gradients).sum(1);
        }
    }

    /// <summary>Tells when maps are made, by the means of the gradients.</summary>
    private sealed class QuickCam(Action onMap) : IMeanGradientMethod
    {
        public string Name => "quick";

        public int WeightOfMean(int positions)
        {
            onMap();
            return 1;
        }
    }

    /// <summary>Looks at what a layer says of a photo.</summary>
    private sealed class Watching(CutLayer layer, byte grey) : InferenceRequest(CancellationToken.None), IInspection
    {
        public byte Grey { get; } = grey;

        public long[] Seen { get; private set; } = [];

        public ForwardResult Answer => Prediction.GetAwaiter().GetResult();

        public override ImageQuery Query => ImageQuery.PredictionOnly with { Observed = [layer] };

        public void Run(InspectedPhoto photo) => Seen = photo.Observed[0].shape;
    }
}
