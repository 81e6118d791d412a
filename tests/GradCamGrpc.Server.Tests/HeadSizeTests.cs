using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Server.Tests;

/// <summary>A model whose heads see photos in other sizes than its classification does, on this thread.</summary>
public sealed class HeadSizeTests : IDisposable
{
    private const int MaxBatch = 4;

    private static readonly (int Width, int Height) Small = (128, 96);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly TestMetrics _metrics = new();
    private readonly List<ModelHeads> _heads = [];

    public void Dispose()
    {
        foreach (var heads in _heads)
            heads.Dispose();
        Directory.Delete(_folder, recursive: true);
        _metrics.Dispose();
    }

    /// <summary>
    /// Eleven photos of two sizes, where a pass takes four: each size runs apart, in the order of the photos, whose first came first runs first, and
    /// every photo is answered as if it were alone.
    /// </summary>
    [Fact]
    public void Process_SizesMixed_RunApartAndEachIsAnsweredAsAlone()
    {
        var folder = SizedHeads.WriteTo(_folder, "sized", Small, (160, 64));
        var worker = Open(folder);
        try
        {
            PreprocessingManifest[] views = [folder.Manifest.Preprocessing, folder.Manifest.Captioning!.Preprocessing];
            int[] sizes = [0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1];
            var answered = new List<Watching>();
            Watching[] together = [.. sizes.Select((size, i) => Watch(worker, views[size], grey: (byte)(20 * i), answered))];

            worker.Process([.. together.Select(request => Queued(request))]);

            // The first four of the first size, the first four of the other, and what is left of each.
            Assert.Equal([0, 2, 3, 5, 1, 4, 7, 9, 6, 8, 10], answered.Select(request => Array.IndexOf(together, request)));
            Assert.Equal([4, 4, 4, 4, 4, 4, 2, 4, 2, 4, 1], together.Select(request => request.Answer.BatchSize));
            for (var i = 0; i < sizes.Length; i++)
            {
                var alone = Watch(worker, views[sizes[i]], grey: (byte)(20 * i), []);
                worker.Process([Queued(alone)]);
                Assert.Equal(1, alone.Answer.BatchSize);
                Assert.Equal(sizes[i] == 0 ? [1L, 112, 14, 14] : [1L, 112, 6, 8], together[i].Shape);
                AssertClose(alone.Answer.Logits, together[i].Answer.Logits);
                AssertClose(alone.Seen, together[i].Seen);
            }
        }
        finally
        {
            worker.Close();
        }
    }

    [Fact]
    public void Open_SourcesDoNotFitTheInput_IsRefusedWithBothSizes()
    {
        var embedded = EmbeddedModel.Read();
        var head = embedded.Manifest.Captioning! with { Preprocessing = SizedHeads.View((384, 288)), Sources = SizedHeads.Sources((224, 224)) };
        var worker = Worker(embedded with { Manifest = embedded.Manifest with { Captioning = head } });

        var fault = Assert.Throws<InvalidModelException>(worker.Open);
        worker.Close();

        Assert.Contains(
            "captioning.sources: for inputs of 384 x 288 pixels 'bn2' has 1280 channels, 9 rows and 12 columns, not 1280 channels, 7 rows and 7 columns",
            fault.Message,
            StringComparison.Ordinal);
        Assert.Contains("'blocks.4.2' has 112 channels, 18 rows and 24 columns, not 112 channels, 14 rows and 14 columns", fault.Message, StringComparison.Ordinal);
        Assert.Null(worker.Network);
    }

    [Fact]
    public void Open_NetworkHasNoSuchLayer_IsRefused()
    {
        var embedded = EmbeddedModel.Read();
        var head = embedded.Manifest.Answering! with { Preprocessing = SizedHeads.View(Small), Sources = [new HeadSource("global_pool", 1280, 1, 1)] };
        var worker = Worker(embedded with { Manifest = embedded.Manifest with { Answering = head, Captioning = null, Tasks = ["classification", "vqa"] } });

        var fault = Assert.Throws<InvalidModelException>(worker.Open);
        worker.Close();

        Assert.Contains("answering.sources: for inputs of 128 x 96 pixels the network has no layer 'global_pool' with maps", fault.Message, StringComparison.Ordinal);
    }

    private static QueuedItem<RowGroup> Queued(Watching request) =>
        new(new RowGroup([new InferenceRow(request.Input(), [request])], deadline: null, CancellationToken.None), TimeProvider.System.GetTimestamp());

    private static Watching Watch(ModelWorker worker, PreprocessingManifest view, byte grey, List<Watching> answered) =>
        new(worker.Network!.LayersAt(new InputSize(view.CropHeight, view.CropWidth))["blocks.4.2"], view, grey, answered);

    private static void AssertClose(float[] expected, float[] actual)
    {
        var largest = expected.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * largest));
    }

    private ModelWorker Open(ModelFolder folder)
    {
        var worker = Worker(folder);
        worker.Open();
        return worker;
    }

    private ModelWorker Worker(ModelFolder folder)
    {
        var heads = new ModelHeads(folder);
        _heads.Add(heads);
        return new ModelWorker(
            folder, heads, DeviceName.Cpu, Precision.Fp32, new BatchSettings(MaxBatch, TimeSpan.Zero), measures: true, new ActivationCache(0), _metrics.Server, TimeProvider.System);
    }

    /// <summary>Looks at what a layer says of a photo: stripes, the brighter the later the row.</summary>
    private sealed class Watching(CutLayer layer, PreprocessingManifest view, byte grey, List<Watching> answered)
        : InferenceRequest(CancellationToken.None), IInspection
    {
        public long[] Shape { get; private set; } = [];

        public float[] Seen { get; private set; } = [];

        public ForwardResult Answer => Prediction.GetAwaiter().GetResult();

        public override ImageQuery Query => ImageQuery.PredictionOnly with { Observed = [layer] };

        public ModelInput Input()
        {
            using var photo = new PixelBuffer(300, 200);
            for (var y = 0; y < photo.Height; y++)
                photo.Row(y).Fill((byte)(grey + y / 10 % 2 * y / 4));
            return new Preprocessor(ModelInstance.Spec(view)).Prepare(photo);
        }

        public void Run(InspectedPhoto photo)
        {
            answered.Add(this);
            Shape = photo.Observed[0].shape;
            Seen = photo.Observed[0].contiguous().data<float>().ToArray();
        }
    }
}
