using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Inference;

/// <summary>
/// The models that are served, in the order of their names. Whoever reads has a set that does not change; a change puts another in its place.
/// </summary>
internal sealed class ModelCatalog : IAsyncDisposable
{
    private readonly ActivationCache _cache;
    private readonly ILogger _logger;

    // Guards the changes, and all below it.
    private readonly Lock _changes = new();
    private readonly List<ModelInstance> _leaving = [];
    private bool _isClosed;
    private volatile ModelInstance[] _models;
    private volatile bool _isComplete;

    /// <param name="models">Those that are known at the start, loaded or not; more come where there are none.</param>
    /// <param name="cache">Forgets what was kept for models that are unloaded.</param>
    /// <param name="logger">Told of what comes and goes.</param>
    public ModelCatalog(IEnumerable<ModelInstance> models, ActivationCache cache, ILogger<ModelCatalog> logger)
    {
        _models = [.. models];
        _isComplete = _models.Length > 0;
        _cache = cache;
        _logger = logger;
    }

    public IReadOnlyList<ModelInstance> Models => _models;

    /// <summary>Whether it is known which models there are.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Those that are served no more, and still answer calls.</summary>
    public IReadOnlyList<ModelInstance> Leaving
    {
        get
        {
            lock (_changes)
                return [.. _leaving];
        }
    }

    /// <summary>How they fare at this moment.</summary>
    public IEnumerable<ModelFigures> Figures()
    {
        // A model counts as long as it answers anything.
        var leaving = Leaving.ToLookup(model => model.Name, StringComparer.Ordinal);
        var served = Models.ToDictionary(model => model.Name, StringComparer.Ordinal);
        return leaving.Select(group => group.Key).Union(served.Keys, StringComparer.Ordinal).Select(name =>
        {
            var now = served.GetValueOrDefault(name);
            ModelInstance[] all = [.. now is null ? [] : new[] { now }, .. leaving[name]];
            return new ModelFigures(
                name,
                now?.IsReady == true,
                all.Sum(model => model.QueueLength),
                all.Sum(model => model.QueueBytes),
                leaving[name].Sum(model => model.CallCount));
        });
    }

    public ModelInstance? Find(string name) => Array.Find(_models, model => model.Name == name);

    /// <summary>From here on a model that is not there is none.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>Serves a model that is loaded, in the place of the one of its name. That one answers the calls that it has, and is unloaded.</summary>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public void Offer(ModelInstance model)
    {
        var before = Change(models => models.Append(model).OrderBy(one => one.Name, StringComparer.Ordinal), one => one.Name == model.Name);
        if (before.Length > 0)
            _logger.ModelReplaced(model.Name, model.Manifest.Version, model.Folder.Revision, before[0].Manifest.Version, before[0].Folder.Revision);
        else
            _logger.ModelOffered(model.Name, model.Manifest.Version, model.Folder.Revision);
    }

    /// <summary>Serves models no more. Each answers the calls that it has, and is unloaded.</summary>
    /// <returns>Those that were served.</returns>
    public IReadOnlyList<ModelInstance> Withdraw(Func<ModelInstance, bool> which)
    {
        var gone = Change(models => models, which);
        foreach (var model in gone)
            _logger.ModelWithdrawn(model.Name, model.Manifest.Version, model.CallCount);
        return gone;
    }

    /// <summary>Answers what was accepted and unloads the models. Their threads end here: a process must not end under them.</summary>
    public async ValueTask DisposeAsync()
    {
        ModelInstance[] all;
        lock (_changes)
        {
            _isClosed = true;
            all = [.. _models, .. _leaving];
        }
        foreach (var model in all)
            await model.DisposeAsync();
    }

    private ModelInstance[] Change(
        Func<IEnumerable<ModelInstance>, IEnumerable<ModelInstance>> change, Func<ModelInstance, bool> goes)
    {
        ModelInstance[] gone;
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            gone = [.. _models.Where(goes)];
            _leaving.AddRange(gone);
            _models = [.. change(_models.Except(gone))];
        }
        foreach (var model in gone)
            _ = UnloadAsync(model);
        return gone;
    }

    /// <summary>A model is no more. What was kept for it nobody else may need.</summary>
    private void Leave(ModelInstance model)
    {
        bool isLast;
        lock (_changes)
        {
            _leaving.Remove(model);
            isLast = !_models.Concat(_leaving).Any(other => other.NetworkKey == model.NetworkKey);
        }
        if (isLast)
            _cache.Forget(model.NetworkKey);
    }

    private async Task UnloadAsync(ModelInstance model)
    {
        try
        {
            await model.UnloadAsync();
        }
        catch (Exception fault)
        {
            _logger.UnloadFailed(fault, model.Name, model.Manifest.Version, model.Folder.Revision);
            return;
        }
        finally
        {
            Leave(model);
        }
        NativeTuning.ReturnFreedMemory();
        _logger.ModelUnloaded(model.Name, model.Manifest.Version, model.Folder.Revision);
    }
}
