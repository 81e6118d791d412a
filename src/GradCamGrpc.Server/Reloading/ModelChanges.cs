using System.Collections.Concurrent;
using GradCamGrpc.Batching;
using GradCamGrpc.Models.Checkpoints;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Inference;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Reloading;

/// <summary>Loads and unloads models while others are served, one change at a time.</summary>
/// <param name="catalog">What is served.</param>
/// <param name="create">Makes a model of a folder; nothing is loaded yet.</param>
/// <param name="options">How the server runs.</param>
/// <param name="health">Told what is served.</param>
/// <param name="metrics">Told what cannot be loaded.</param>
/// <param name="logger">The same.</param>
internal sealed class ModelChanges(
    ModelCatalog catalog,
    Func<ModelFolder, BatchSettings, ModelInstance> create,
    ServerOptions options,
    ServingHealth health,
    ServerMetrics metrics,
    ILogger<ModelChanges> logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turns = new(1);

    /// <summary>The folders that could not be loaded as they are.</summary>
    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.Ordinal);

    /// <summary>The folders that could not be loaded as they are.</summary>
    public ICollection<string> Refused => _refused.Keys;

    /// <summary>Loads the model of a folder beside those that are served, warms it up, and serves it in the place of the one of its name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellation">Says that nobody waits any more. What has begun to load is loaded all the same.</param>
    public async Task<LoadOutcome> LoadAsync(string folder, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            var outcome = await TryLoadAsync(folder);
            _refused.TryRemove(folder, out _);
            return outcome;
        }
        catch (Exception fault) when (fault is not ObjectDisposedException)
        {
            return Refuse(folder, fault);
        }
        finally
        {
            health.Update();
            _turns.Release();
        }
    }

    /// <summary>The same for the folder whose manifest gives a name.</summary>
    /// <returns>Null where there is none.</returns>
    public async Task<LoadOutcome?> LoadNamedAsync(string name, CancellationToken cancellation)
    {
        if (!Directory.Exists(options.Models))
            return new LoadOutcome.Refused("the folder of the models is not there");
        ForgetRefusedThatAreGone();
        var named = ModelRepository.Folders(options.Models).ToLookup(ModelFolder.NameIn, StringComparer.Ordinal);
        string[] folders = [.. named[name]];

        // Of one whose manifest cannot be read the folder's name is known.
        folders = folders.Length > 0 ? folders : [.. named[null].Where(folder => Path.GetFileName(folder) == name)];
        return folders switch
        {
            [] => null,
            [var only] => await LoadAsync(only, cancellation),
            _ => new LoadOutcome.Refused($"{folders.Length} folders name it: {string.Join(", ", folders.Select(Path.GetFileName))}"),
        };
    }

    /// <summary>Serves the models no more that came from a folder.</summary>
    public async Task RemoveAsync(string folder, CancellationToken cancellation)
    {
        _refused.TryRemove(folder, out _);
        await WithdrawAsync(model => model.Folder.Path == folder, cancellation);
    }

    /// <summary>Serves a model no more.</summary>
    /// <returns>The model; null where there is none of that name.</returns>
    public async Task<ModelInstance?> UnloadAsync(string name, CancellationToken cancellation)
    {
        ForgetRefusedThatAreGone();
        return (await WithdrawAsync(model => model.Name == name, cancellation)).SingleOrDefault();
    }

    /// <summary>Waits for the change that is being made: a process must not end under a model's thread.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turns.WaitAsync();
        _turns.Dispose();
    }

    /// <summary>Nobody can mend a folder that is not there. Where none of them is to be seen, nothing is known.</summary>
    private void ForgetRefusedThatAreGone()
    {
        if (!Directory.Exists(options.Models))
            return;
        foreach (var folder in _refused.Keys.Where(folder => !Directory.Exists(folder)))
            _refused.TryRemove(folder, out _);
    }

    private async Task<IReadOnlyList<ModelInstance>> WithdrawAsync(Func<ModelInstance, bool> which, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            var gone = catalog.Withdraw(which);
            health.Update();
            return gone;
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<LoadOutcome> TryLoadAsync(string path)
    {
        var folder = await ReadAsync(path);
        var name = folder.Manifest.Name;
        var served = catalog.Find(name);
        if (served is not null && served.Folder.Path != path && Directory.Exists(served.Folder.Path))
            throw new InvalidModelException(path, [$"name: '{name}' is that of the model in the folder {Path.GetFileName(served.Folder.Path)}"]);
        if (served is not null && (served.Folder.Path, served.Folder.Revision) == (path, folder.Revision))
            return new LoadOutcome.Served(served, IsNew: false);
        if (catalog.Leaving.FirstOrDefault(model => model.Name == name) is { } leaving)
            return new LoadOutcome.Postponed(leaving.CallCount);

        var model = create(folder, served?.BatchesOf(folder) ?? options.Queue.BatchesOf(folder.Manifest.Batching));
        try
        {
            await model.StartAsync();

            // Files are read one after the other. Had they changed meanwhile, the model were of two versions.
            if ((await ReadAsync(path)).Revision != folder.Revision)
                throw new InvalidModelException(path, ["its files changed while they were loaded"]);
            catalog.Offer(model);
        }
        catch
        {
            await model.DisposeAsync();
            throw;
        }

        // A manifest can give its model another name.
        catalog.Withdraw(other => other.Folder.Path == path && other != model);
        return new LoadOutcome.Served(model, IsNew: true);
    }

    /// <summary>Reads a folder. That hashes whole files: it has a thread of its own.</summary>
    private static Task<ModelFolder> ReadAsync(string path) =>
        Task.Factory.StartNew(() => ModelFolder.Read(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private LoadOutcome.Refused Refuse(string folder, Exception fault)
    {
        metrics.LoadFailed();
        if (fault is InvalidModelException or CheckpointException)
            logger.FolderRefused(folder, fault.Message);
        else
            logger.LoadFailed(fault, folder);
        _refused[folder] = fault.Message;
        return new LoadOutcome.Refused(fault switch
        {
            InvalidModelException invalid => string.Join("; ", invalid.Faults),
            CheckpointException => fault.Message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal),
            _ => "something went wrong in the server; its log says what",
        });
    }
}
