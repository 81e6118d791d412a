using System.Diagnostics;
using GradCamGrpc.Server.Draining;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.TestData;
using Grpc.HealthCheck;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Reloading;

/// <summary>When folders are looked at, by a clock that stands until it is moved.</summary>
public sealed class ModelLoaderTests : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly ServerState _state = new();
    private readonly Drain _drain;
    private readonly TestMetrics _metrics = new();
    private readonly CancellationTokenSource _started = new();
    private ModelCatalog? _catalog;
    private ModelLoader? _loader;

    public ModelLoaderTests() => _drain = new Drain(TimeSpan.FromSeconds(1), _time, NullLogger<Drain>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _loader!.StopAsync(CancellationToken.None);
        _loader.Dispose();
        await _catalog!.DisposeAsync();
        _metrics.Dispose();
        _started.Dispose();
        _drain.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>The folder comes after the first look: the second one sees it, the third one loads it. Until then the time alone does nothing.</summary>
    [Fact]
    public async Task Poll_FolderComes_IsLoadedOnceTheClockHasMovedTwoPolls()
    {
        await StartAsync(ModelControl.Poll);
        Assert.Empty(_catalog!.Models);
        ModelCopy.Write(Path.Combine(_root, "late"), "late", "1");

        _time.Advance(Poll - TimeSpan.FromSeconds(1));
        Assert.Empty(_catalog.Models);
        var patience = Stopwatch.StartNew();
        while (_catalog.Models.Count == 0 && patience.Elapsed < TimeSpan.FromSeconds(30))
        {
            _time.Advance(Poll);
            await Task.Yield();
        }

        Assert.Equal("late", Assert.Single(_catalog.Models).Name);
    }

    [Fact]
    public async Task Poll_ServerDrains_NothingIsLookedAtAnyMore()
    {
        await StartAsync(ModelControl.Poll);
        ModelCopy.Write(Path.Combine(_root, "late"), "late", "1");

        _drain.Begin();
        await _loader!.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _time.Advance(10 * Poll);

        Assert.Empty(_catalog!.Models);
    }

    [Fact]
    public async Task Explicit_FolderComes_IsNotLookedAt()
    {
        await StartAsync(ModelControl.Explicit);
        ModelCopy.Write(Path.Combine(_root, "late"), "late", "1");

        _time.Advance(10 * Poll);

        // Nothing is left that could still happen.
        Assert.True(_loader!.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(_catalog!.Models);
    }

    private async Task StartAsync(ModelControl control)
    {
        var options = ServerOptions.Default;
        options = options with
        {
            Models = _root,
            ModelControl = control,
            ModelPoll = Poll,
            Queue = options.Queue with { MaxBatch = 1, MaxDelay = TimeSpan.Zero },
        };
        var cache = new ActivationCache(0);
        _catalog = new ModelCatalog([], cache, NullLogger<ModelCatalog>.Instance);
        var health = new ServingHealth(new HealthServiceImpl(), _catalog);
        var changes = new ModelChanges(
            _catalog,
            (folder, batches) => new ModelInstance(folder, batches, options, cache, _metrics.Server, NullLogger<ModelInstance>.Instance, TimeProvider.System),
            options,
            health,
            _metrics.Server,
            NullLogger<ModelChanges>.Instance);
        var follower = new RepositoryFollower(options, changes, NullLogger<RepositoryFollower>.Instance);
        _loader = new ModelLoader(options, _catalog, follower, health, new Lifetime(_started.Token), _state, _drain, _time, NullLogger<ModelLoader>.Instance);
        await _loader.StartAsync(CancellationToken.None);
        await _started.CancelAsync();
        await _state.WhenReady;
        if (control is ModelControl.Explicit)
            await _loader.ExecuteTask!;
    }

    private sealed class Lifetime(CancellationToken started) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => started;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new InvalidOperationException("nothing here ends the server");
    }
}
