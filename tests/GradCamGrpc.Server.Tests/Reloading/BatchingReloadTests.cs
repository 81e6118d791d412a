using GradCamGrpc.Batching;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.TestData;
using Grpc.HealthCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradCamGrpc.Server.Tests.Reloading;

/// <summary>What manifests say of batches, when their models are loaded and when they are loaded again.</summary>
public sealed class BatchingReloadTests : IAsyncLifetime
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;
    private readonly KeptLog<ModelInstance> _log = new();
    private readonly ActivationCache _cache = new(0);
    private readonly TestMetrics _metrics = new();
    private readonly ModelCatalog _catalog;

    public BatchingReloadTests()
    {
        _catalog = new ModelCatalog([], _cache, NullLogger<ModelCatalog>.Instance);
    }

    private string Folder => Path.Combine(_root, "first");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _metrics.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Load_SectionChangesAndNothingElse_IsServedAsItSaysNow()
    {
        var options = ServerOptions.Default with { Models = _root };

        var first = await LoadAsync(options, new BatchingManifest { MaxBatch = 3, MaxDelayMs = 2, Instances = 3 });
        var second = await LoadAsync(options, new BatchingManifest { MaxBatch = 5, MaxDelayMs = 0, Instances = 1 });

        Assert.Equal((3, 2 * Millisecond), (first.Batches.MaxBatchSize, first.Batches.MaxDelay));
        Assert.Equal((5, TimeSpan.Zero), (second.Batches.MaxBatchSize, second.Batches.MaxDelay));
        Assert.Equal([" on cpu, cpu, cpu, ", " on cpu, "], DevicesLogged());
    }

    [Fact]
    public async Task Load_OptionsAreSet_HoldWhateverTheManifestSays()
    {
        var options = ServerOptions.Default with { Models = _root, Instances = 2 };

        var model = await LoadAsync(
            options with { Queue = options.Queue with { MaxBatch = 4 } },
            new BatchingManifest { MaxBatch = 3, MaxDelayMs = 2, Instances = 1 });

        Assert.Equal((4, 2 * Millisecond), (model.Batches.MaxBatchSize, model.Batches.MaxDelay));
        Assert.Equal([" on cpu, cpu, "], DevicesLogged());
    }

    /// <summary>Batches are measured while nothing else runs; a version of the same network takes over what was found, and not what is set anew.</summary>
    [Fact]
    public async Task BatchesOf_NothingWasSet_AreThoseThatWereFoundButForWhatTheNextManifestSays()
    {
        await using var model = await StartAsync(ServerOptions.Default, batching: null);

        Assert.Equal(new BatchSettings(6, 9 * Millisecond), model.BatchesOf(model.Folder));
        Assert.Equal(new BatchSettings(6, 2 * Millisecond), model.BatchesOf(Saying(model, new BatchingManifest { MaxDelayMs = 2 })));
        Assert.Equal(new BatchSettings(5, 2 * Millisecond), model.BatchesOf(Saying(model, new BatchingManifest { MaxBatch = 5, MaxDelayMs = 2 })));
        Assert.Equal(new BatchSettings(5, null), model.BatchesOf(Saying(model, new BatchingManifest { MaxBatch = 5 })));

        var other = model.Folder with { Manifest = model.Manifest with { Architecture = "resnet50" } };
        Assert.Equal(new BatchSettings(null, null), model.BatchesOf(other));
        Assert.Equal(new BatchSettings(null, 2 * Millisecond), model.BatchesOf(Saying(other, new BatchingManifest { MaxDelayMs = 2 })));
    }

    [Theory]
    [InlineData(32, 0)]
    [InlineData(0, 32)]
    public async Task BatchesOf_NextHasAnotherInputSize_AreMeasured(int wider, int higher)
    {
        await using var model = await StartAsync(ServerOptions.Default, batching: null);
        var view = model.Manifest.Preprocessing;
        var next = model.Manifest with
        {
            Preprocessing = view with { CropWidth = view.CropWidth + wider, CropHeight = view.CropHeight + higher },
        };

        Assert.Equal(new BatchSettings(null, null), model.BatchesOf(model.Folder with { Manifest = next }));
    }

    [Fact]
    public async Task BatchesOf_ManifestSaysNoMore_AreMeasured()
    {
        await using var model = await StartAsync(ServerOptions.Default, new BatchingManifest { MaxBatch = 6, MaxDelayMs = 9 });

        Assert.Equal(new BatchSettings(null, null), model.BatchesOf(Saying(model, null)));
        Assert.Equal(new BatchSettings(6, null), model.BatchesOf(Saying(model, new BatchingManifest { MaxBatch = 6 })));
    }

    [Fact]
    public async Task BatchesOf_OptionsAreSet_AreThose()
    {
        var options = ServerOptions.Default with { Queue = ServerOptions.Default.Queue with { MaxBatch = 6, MaxDelay = 9 * Millisecond } };
        await using var model = await StartAsync(options, batching: null);

        Assert.Equal(new BatchSettings(6, 9 * Millisecond), model.BatchesOf(Saying(model, new BatchingManifest { MaxBatch = 5, MaxDelayMs = 2 })));
    }

    private static ModelFolder Saying(ModelInstance model, BatchingManifest? batching) => Saying(model.Folder, batching);

    private static ModelFolder Saying(ModelFolder folder, BatchingManifest? batching) =>
        folder with { Manifest = folder.Manifest with { Batching = batching } };

    /// <summary>A model that forms batches of 6 after 9 ms, as if that had been measured or set.</summary>
    private async Task<ModelInstance> StartAsync(ServerOptions options, BatchingManifest? batching)
    {
        ModelCopy.Write(Folder, "model", "1", batching);
        var model = Create(ModelFolder.Read(Folder), new BatchSettings(6, 9 * Millisecond), options with { Instances = 1 });
        await model.StartAsync();
        return model;
    }

    private async Task<ModelInstance> LoadAsync(ServerOptions options, BatchingManifest batching)
    {
        ModelCopy.Write(Folder, "model", "1", batching);
        await using var changes = new ModelChanges(
            _catalog,
            (folder, batches) => Create(folder, batches, options),
            options,
            new ServingHealth(new HealthServiceImpl(), _catalog),
            _metrics.Server,
            NullLogger<ModelChanges>.Instance);
        var served = Assert.IsType<LoadOutcome.Served>(await changes.LoadAsync(Folder, TestContext.Current.CancellationToken));
        Assert.True(served.IsNew);
        return served.Model;
    }

    private ModelInstance Create(ModelFolder folder, BatchSettings batches, ServerOptions options) =>
        new(folder, batches, options, _cache, _metrics.Server, _log, TimeProvider.System);

    /// <summary>Where the models run that were ready, one after the other.</summary>
    private IEnumerable<string> DevicesLogged() =>
        from line in _log.Lines
        where line.Text.Contains(" is ready: ", StringComparison.Ordinal)
        let start = line.Text.IndexOf(" on ", StringComparison.Ordinal)
        select line.Text[start..(line.Text.LastIndexOf("cpu, ", StringComparison.Ordinal) + "cpu, ".Length)];
}
