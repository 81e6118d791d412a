using GradCamGrpc.Batching;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Tests.Requests;
using GradCamGrpc.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradCamGrpc.Server.Tests;

/// <summary>Places at the embedded model, and what is kept of photos.</summary>
public sealed class ModelInstanceTests : IDisposable
{
    private static readonly QueueOptions Queue = ServerOptions.Default.Queue with { UnmeasuredBatch = 4 };
    private static readonly Caller Anyone = new(new ClientShare("a"), Priority.Normal, Deadline: null);

    private readonly TestMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Reserve_BytesAreSpent_IsRefused()
    {
        await using var model = await StartAsync(Queue with { MaxBytes = 1 });
        using var first = model.Reserve(Anyone, model.Preprocessor);

        var refusal = Refusal(model, Anyone);

        Assert.Equal("QUEUE_FULL", refusal.Code);
        Assert.Equal(model.Preprocessor.InputBytes, model.QueueBytes);
    }

    [Fact]
    public async Task Reserve_DeadlineIsOutOfReach_IsRefusedAtOnce()
    {
        await using var model = await StartAsync(Queue);
        using var first = model.Reserve(Anyone, model.Preprocessor);

        var refusal = Refusal(model, Anyone with { Deadline = DateTimeOffset.UnixEpoch });

        Assert.Equal("DEADLINE_OUT_OF_REACH", refusal.Code);
    }

    [Fact]
    public async Task ReservationsOf_ALaterModelIsNotReady_GivesTheEarlierPlaceBack()
    {
        var ready = await StartAsync(Queue);
        await using var starting = Create(Queue, cacheBytes: 0);
        CheckedExplainRequest[] questions = [Question(ready), Question(starting)];

        Assert.Throws<ServerUnavailableException>(() => Reservations.Of(questions, Anyone).Dispose());

        Assert.Equal(0, ready.QueueBytes);
        await ready.DisposeAsync().AsTask().WaitAsync(BusyThreads.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Who waited for a photo to be kept that cannot be would wait in vain.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public async Task KeyOf_Photo_HasOneWhereTheCacheCanKeepIt(int beyond, bool hasOne)
    {
        await using var large = await StartAsync(Queue);
        var layers = large.Captioner!.Layers;
        var bytes = KeptPhoto.BytesOf(large.ClassCount, layers.All);
        await using var model = await StartAsync(Queue, bytes + beyond);
        using var photo = PhotoFor(model.CaptionPreprocessor!);
        using var input = photo.Input;

        Assert.Equal(hasOne, model.KeyOf(photo, model.Captioner!.Layers) is not null);
    }

    private static QueueFullException Refusal(ModelInstance model, Caller caller) =>
        Assert.Throws<QueueFullException>(() => model.Reserve(caller, model.Preprocessor).Dispose());

    private static CheckedExplainRequest Question(ModelInstance model) => new(model, model.Preprocessor, 1, [], [], null, [], [], []);

    private static Photo PhotoFor(Preprocessor view)
    {
        using var pixels = new PixelBuffer(224, 224);
        return new Photo(224, 224, view.Prepare(pixels), TimeSpan.Zero, Drawing: null);
    }

    private async Task<ModelInstance> StartAsync(QueueOptions queue, long cacheBytes = 0)
    {
        var model = Create(queue, cacheBytes);
        await model.StartAsync();
        return model;
    }

    private ModelInstance Create(QueueOptions queue, long cacheBytes)
    {
        var folder = ModelFolder.Read(EmbeddedModel.Path);
        return new ModelInstance(
            folder,
            queue.BatchesOf(folder.Manifest.Batching),
            ServerOptions.Default with { Queue = queue, Instances = 1 },
            new ActivationCache(cacheBytes),
            _metrics.Server,
            NullLogger<ModelInstance>.Instance,
            TimeProvider.System);
    }
}
