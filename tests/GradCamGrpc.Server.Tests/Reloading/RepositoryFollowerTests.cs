using System.Diagnostics;
using System.Text.Json.Nodes;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Reloading;
using GradCamGrpc.TestData;
using Grpc.HealthCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradCamGrpc.Server.Tests.Reloading;

/// <summary>Look by look, without a server and without a clock.</summary>
public sealed class RepositoryFollowerTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory().FullName;
    private readonly TestMetrics _metrics = new();
    private readonly ModelCatalog _catalog;
    private readonly ModelChanges _changes;
    private readonly RepositoryFollower _follower;

    public RepositoryFollowerTests()
    {
        var options = ServerOptions.Default;
        options = options with
        {
            Models = _root,
            ModelControl = ModelControl.Poll,
            Instances = 1,
            Queue = options.Queue with { MaxBatch = 1, MaxDelay = TimeSpan.Zero },
        };
        var cache = new ActivationCache(0);
        _catalog = new ModelCatalog([], cache, NullLogger<ModelCatalog>.Instance);
        _changes = new ModelChanges(
            _catalog,
            (folder, batches) => new ModelInstance(folder, batches, options, cache, _metrics.Server, NullLogger<ModelInstance>.Instance, TimeProvider.System),
            options,
            new ServingHealth(new HealthServiceImpl(), _catalog),
            _metrics.Server,
            NullLogger<ModelChanges>.Instance);
        _follower = new RepositoryFollower(options, _changes, NullLogger<RepositoryFollower>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string First => Path.Combine(_root, "first");

    private string Second => Path.Combine(_root, "second");

    public async ValueTask InitializeAsync()
    {
        ModelCopy.Write(First, "model", "1");
        await LookAsync();
        _catalog.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        await _changes.DisposeAsync();
        await _catalog.DisposeAsync();
        _metrics.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Look_AtTheStart_ServesWhatIsThere() => Assert.Equal([("model", "1")], await ServedAsync(looks: 0));

    /// <summary>More may come: which one is meant is not known yet.</summary>
    [Fact]
    public async Task Find_NoNameWhileModelsAreStillComing_IsUnavailable()
    {
        await using var catalog = new ModelCatalog([], new ActivationCache(0), NullLogger<ModelCatalog>.Instance);
        var model = _catalog.Models.Single();
        catalog.Offer(model);
        using var call = new CallModels(catalog);

        Assert.Throws<ServerUnavailableException>(() => call.Find(""));
        Assert.Same(model, call.Find("model"));
        catalog.Complete();
        Assert.Same(model, call.Find(""));
    }

    [Fact]
    public async Task Look_FolderThatComes_IsServedFromTheSecondLookOn()
    {
        ModelCopy.Write(Second, "other", "1");

        Assert.Equal([("model", "1")], await ServedAsync(looks: 1));
        Assert.Equal([("model", "1"), ("other", "1")], await ServedAsync(looks: 1));
        Assert.All(_catalog.Models, model => Assert.True(model.IsReady));
    }

    /// <summary>A call that has begun keeps its version, a second call has the new one, and of a third version nothing is loaded meanwhile.</summary>
    [Fact]
    public async Task Look_FolderChanges_CallsInFlightKeepTheirVersionAndNewOnesHaveTheNew()
    {
        using var early = new CallModels(_catalog);
        var first = early.Find("model")!;
        ModelCopy.Write(First, "model", "2");
        await LookAsync(2);
        using var late = new CallModels(_catalog);
        var second = late.Find("")!;

        Assert.Same(first, early.Find("model"));
        Assert.Same(first, early.Find(""));
        Assert.Equal(("1", "2"), (first.Manifest.Version, second.Manifest.Version));
        Assert.NotEqual(first.Folder.Revision, second.Folder.Revision);
        Assert.Equal([first], _catalog.Leaving);
        Assert.Equal(1, first.CallCount);
        Assert.Equal(1, _catalog.Figures().Single().LeavingCalls);

        ModelCopy.Write(First, "model", "3");
        Assert.Equal([("model", "2")], await ServedAsync(looks: 3));

        early.Dispose();
        await UnloadedAsync(first);
        Assert.Equal([("model", "3")], await ServedAsync(looks: 1));
        Assert.True(second.IsReady);
        Assert.Equal([second], _catalog.Leaving);
    }

    [Fact]
    public async Task Look_OnlyATextChanges_IsAnotherRevision()
    {
        var before = _catalog.Models.SingleOrDefault()!.Folder.Revision;
        var labels = Path.Combine(First, "labels-1.txt");
        var lines = await File.ReadAllLinesAsync(labels, Cancellation);
        lines[5] = "another";
        await File.WriteAllLinesAsync(labels, lines, Cancellation);
        await LookAsync(2);

        Assert.NotEqual(before, _catalog.Models.SingleOrDefault()!.Folder.Revision);
        Assert.Equal("another", _catalog.Models.Single().Labels.Labels[5]);
    }

    [Fact]
    public async Task Look_FilesAreWrittenAnewAsTheyWere_LoadsNothing()
    {
        var before = _catalog.Models.SingleOrDefault();
        File.SetLastWriteTimeUtc(Path.Combine(First, "labels-1.txt"), DateTime.UnixEpoch);
        await LookAsync(3);

        Assert.Same(before, _catalog.Models.SingleOrDefault());
        Assert.Empty(_catalog.Leaving);
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("no manifest")]
    [InlineData("hash")]
    [InlineData("layer")]
    [InlineData("labels")]
    public async Task Look_FolderIsBad_KeepsWhatWasServedUntilItIsMended(string damage)
    {
        var before = _catalog.Models.SingleOrDefault();
        Damage(damage);
        await LookAsync(3);

        Assert.Same(before, _catalog.Models.SingleOrDefault());
        Assert.True(before!.TryHold());
        before.Release();
        Assert.Equal([First], _changes.Refused);

        ModelCopy.Write(First, "model", "2");
        Assert.Equal([("model", "2")], await ServedAsync(looks: 2));
        Assert.Empty(_changes.Refused);
    }

    /// <summary>The second half of the weights comes late: longer than two looks after the first.</summary>
    [Fact]
    public async Task Look_CopyStopsHalfWay_IsServedWhenItIsWhole()
    {
        ModelCopy.Write(Second, "other", "1");
        var weights = Path.Combine(Second, EmbeddedModel.Read().Manifest.Weights.File);
        var whole = await File.ReadAllBytesAsync(weights, Cancellation);
        File.Delete(weights);
        await File.WriteAllBytesAsync(weights, whole[..(whole.Length / 2)], Cancellation);

        Assert.Equal([("model", "1")], await ServedAsync(looks: 3));
        Assert.Equal([Second], _changes.Refused);
        await File.WriteAllBytesAsync(weights, whole, Cancellation);
        Assert.Equal([("model", "1"), ("other", "1")], await ServedAsync(looks: 2));
    }

    [Fact]
    public async Task Look_FolderIsGone_IsUnloadedOnceItsCallsHaveEnded()
    {
        using var call = new CallModels(_catalog);
        var model = call.Find("model")!;
        Directory.Delete(First, recursive: true);

        Assert.Equal([("model", "1")], await ServedAsync(looks: 1));
        Assert.Empty(await ServedAsync(looks: 1));
        using var late = new CallModels(_catalog);
        Assert.Null(late.Find("model"));
        Assert.Same(model, call.Find("model"));
        Assert.Equal([model], _catalog.Leaving);

        call.Dispose();
        await UnloadedAsync(model);
        Assert.Empty(_catalog.Figures());
    }

    /// <summary>So a volume that is away for a while takes nothing with it.</summary>
    [Fact]
    public async Task Look_NoRepository_KeepsWhatIsServed()
    {
        var away = $"{_root}-away";
        Directory.Move(_root, away);
        var served = await ServedAsync(looks: 3);
        Directory.Move(away, _root);

        Assert.Equal([("model", "1")], served);
        Assert.Equal([("model", "1")], await ServedAsync(looks: 3));
    }

    [Fact]
    public async Task Look_FolderIsRenamed_ItsModelIsServedAllTheTime()
    {
        Directory.Move(First, Second);
        for (var look = 0; look < 3; look++)
            Assert.Equal([("model", "1")], await ServedAsync(looks: 1));

        Assert.Equal(Second, _catalog.Models.SingleOrDefault()!.Folder.Path);
    }

    [Fact]
    public async Task Look_ManifestGivesAnotherName_TheOldOneIsNoMore()
    {
        ModelCopy.Write(First, "renamed", "1");

        Assert.Equal([("renamed", "1")], await ServedAsync(looks: 2));
    }

    [Fact]
    public async Task Look_TwoFoldersOfOneName_TheSecondWaitsUntilTheFirstIsGone()
    {
        ModelCopy.Write(Second, "model", "2");
        Assert.Equal([("model", "1")], await ServedAsync(looks: 3));
        Assert.Equal([Second], _changes.Refused);

        Directory.Delete(First, recursive: true);

        Assert.Empty(await ServedAsync(looks: 2));
        Assert.Equal([("model", "2")], await ServedAsync(looks: 1));
    }

    /// <summary>No folder goes, and the refused one looks as it did.</summary>
    [Fact]
    public async Task Look_TwoFoldersOfOneName_TheSecondIsServedOnceTheFirstHasAnother()
    {
        ModelCopy.Write(Second, "model", "2");
        await LookAsync(3);
        Assert.Equal([Second], _changes.Refused);

        ModelCopy.Write(First, "renamed", "1");

        // Not the very next look sees that, and not the one after while the old model is still being unloaded.
        var renamed = _catalog.Find("model")!;
        Assert.Equal([("renamed", "1")], await ServedAsync(looks: 2));
        await UnloadedAsync(renamed);
        Assert.Equal([("model", "2"), ("renamed", "1")], await ServedAsync(looks: 1));
        Assert.Empty(_changes.Refused);
    }

    /// <summary>Nobody looks: whoever changes the next model by name finds out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ByName_RefusedFolderIsGone_IsNoLongerRefused(bool loads)
    {
        Directory.CreateDirectory(Second);
        await File.WriteAllTextAsync(Path.Combine(Second, ModelFolder.ManifestFile), "{", Cancellation);
        Assert.IsType<LoadOutcome.Refused>(await _changes.LoadNamedAsync("second", Cancellation));
        Assert.Equal([Second], _changes.Refused);

        Directory.Delete(Second, recursive: true);
        if (loads)
            Assert.Null(await _changes.LoadNamedAsync("second", Cancellation));
        else
            Assert.Null(await _changes.UnloadAsync("second", Cancellation));

        Assert.Empty(_changes.Refused);
    }

    [Fact]
    public async Task Look_HiddenFolder_IsLeftAside()
    {
        ModelCopy.Write(Path.Combine(_root, ".incoming"), "other", "1");

        Assert.Equal([("model", "1")], await ServedAsync(looks: 3));
        Assert.Empty(_changes.Refused);
    }

    [Fact]
    public async Task Load_ByName_FindsItsFolderWhateverThatIsCalled()
    {
        ModelCopy.Write(Second, "other", "1");

        Assert.Null(await _changes.LoadNamedAsync("second", Cancellation));
        Assert.Null(await _changes.LoadNamedAsync("../second", Cancellation));
        Assert.True(Assert.IsType<LoadOutcome.Served>(await _changes.LoadNamedAsync("other", Cancellation)).IsNew);
        Assert.False(Assert.IsType<LoadOutcome.Served>(await _changes.LoadNamedAsync("other", Cancellation)).IsNew);
        Assert.Equal("other", (await _changes.UnloadAsync("other", Cancellation))!.Name);
        Assert.Null(await _changes.UnloadAsync("other", Cancellation));
    }

    [Fact]
    public async Task Find_BeforeTheFirstLookIsDone_SaysThatTheServerStarts()
    {
        await using var catalog = new ModelCatalog([], new ActivationCache(0), NullLogger<ModelCatalog>.Instance);
        using var call = new CallModels(catalog);

        Assert.Throws<ServerUnavailableException>(() => call.Find("model"));
        catalog.Complete();
        Assert.Null(call.Find("model"));
    }

    private void Damage(string what)
    {
        var path = Path.Combine(First, ModelFolder.ManifestFile);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        switch (what)
        {
            case "manifest":
                File.WriteAllText(path, "{");
                return;
            case "no manifest":
                File.Delete(path);
                return;
            case "hash":
                manifest["weights"]!["sha256"] = new string('0', 64);
                break;
            case "layer":
                manifest["default_layer"] = "nothing";
                break;
            case "labels":
                File.WriteAllLines(Path.Combine(First, "labels-1.txt"), ["too", "few"]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "unknown damage");
        }
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private async Task LookAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
            await _follower.LookAsync(Cancellation);
    }

    private async Task<(string Name, string Version)[]> ServedAsync(int looks)
    {
        await LookAsync(looks);
        return [.. _catalog.Models.Select(model => (model.Name, model.Manifest.Version))];
    }

    private async Task UnloadedAsync(ModelInstance model)
    {
        var patience = Stopwatch.StartNew();
        while (_catalog.Leaving.Contains(model) && patience.Elapsed < TimeSpan.FromSeconds(30))
            await Task.Yield();
        Assert.DoesNotContain(model, _catalog.Leaving);
    }
}
