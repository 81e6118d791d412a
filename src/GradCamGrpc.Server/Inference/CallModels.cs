using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Access;
using GradCamGrpc.Server.Errors;

namespace GradCamGrpc.Server.Inference;

/// <summary>
/// The models of one call. Each stays the version that it was when the call first named it, and is not unloaded before the call has ended:
/// there is one of these for each call, disposed of behind it.
/// </summary>
internal sealed class CallModels(ModelCatalog catalog) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ModelInstance> _held = new(StringComparer.Ordinal);
    private Grant? _caller;

    /// <summary>What is served at this moment and its caller may use, in the order of the names; it may be unloaded at any time.</summary>
    public IReadOnlyList<ModelInstance> Served =>
        _caller is { Right: var right } ? [.. catalog.Models.Where(model => right.CoversModel(model.Name))] : catalog.Models;

    /// <summary>The only one that is served and that its caller may use; null where there is none, or several, or not known yet how many.</summary>
    public ModelInstance? OnlyOne => catalog.IsComplete && Served is [var only] ? only : null;

    /// <summary>The names of those that it has used.</summary>
    public IReadOnlyList<string> Used
    {
        get
        {
            lock (_lock)
                return [.. _held.Values.Select(model => model.Name).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>Says who calls. Other models than theirs are from then on none of the call's.</summary>
    public void CalledBy(Grant caller) => _caller = caller;

    /// <summary>Makes sure that its caller may use a model, which need not be there.</summary>
    /// <exception cref="PermissionDeniedException">They may not.</exception>
    public void EnsureMayUse(string name)
    {
        if (_caller is { } caller && !caller.Right.CoversModel(name))
            throw new PermissionDeniedException($"{caller.Name} may not use the model '{name}'");
    }

    /// <summary>The model of that name, or the only one where the name is empty; null where there is none.</summary>
    /// <exception cref="PermissionDeniedException">Its caller may not use the model of that name, whether there is one or not.</exception>
    /// <exception cref="ServerUnavailableException">It is not known yet which models there are.</exception>
    public ModelInstance? Find(string name)
    {
        if (ModelManifest.IsName(name))
            EnsureMayUse(name);
        lock (_lock)
        {
            if (_held.TryGetValue(name, out var held))
                return held;
            while (Current(name) is { } model)
            {
                // What was replaced after it was found is found no more.
                if (_held.TryGetValue(model.Name, out held) || model.TryHold())
                    return _held[name] = _held[model.Name] = held ?? model;
            }
        }
        return catalog.IsComplete ? null : throw new ServerUnavailableException("the server is starting: its models are being loaded");
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var model in _held.Values.Distinct())
                model.Release();
            _held.Clear();
        }
    }

    private ModelInstance? Current(string name) => name.Length > 0 ? catalog.Find(name) : OnlyOne;
}
