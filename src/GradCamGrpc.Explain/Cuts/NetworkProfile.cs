using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>What looks at a network told about its layers, for images of one size.</summary>
internal sealed class NetworkProfile
{
    private const string NothingDepends = "the network's outputs do not depend on its output";

    private readonly HookedNetwork _network;
    private readonly Tensor _sample;
    private readonly HashSet<string> _alwaysRun;
    private readonly Dictionary<string, LayerProfile> _layers;
    private readonly Dictionary<string, bool> _isBottleneck = new(StringComparer.Ordinal);

    /// <param name="network">The network.</param>
    /// <param name="sample">An image [1, 3, H, W] of that size: noise, nothing constant. It is kept.</param>
    public NetworkProfile(HookedNetwork network, Tensor sample)
    {
        _network = network;
        _sample = sample;
        _alwaysRun = LayersDespiteShortcuts();
        (_layers, UnusableLayers) = Probe();
        Layers = _layers.ToDictionary(pair => pair.Key, pair => pair.Value.Layer, StringComparer.Ordinal);
    }

    /// <summary>The layers that can be cut, by name, in the order of a forward pass.</summary>
    public IReadOnlyDictionary<string, CutLayer> Layers { get; }

    /// <summary>The parts of the network that cannot be cut, by name: why, a clause.</summary>
    public IReadOnlyDictionary<string, string> UnusableLayers { get; }

    /// <summary>What is known of a layer.</summary>
    /// <exception cref="ArgumentException">The layer is none of <see cref="Layers"/>, such as one of another size.</exception>
    public LayerProfile Of(CutLayer layer)
    {
        if (_layers.TryGetValue(layer.Name, out var known) && known.Layer.HasSizeOf(layer))
            return known;
        throw new ArgumentException(
            $"at inputs of {InputSize.Of(_sample)} the network has no layer '{layer.Name}' of {layer.Channels} x {layer.Height} x {layer.Width}",
            nameof(layer));
    }

    /// <summary>Whether a layer runs, too, where the network takes shortcuts.</summary>
    public bool AlwaysRuns(CutLayer layer) => _alwaysRun.Contains(Of(layer).Layer.Name);

    /// <summary>Whether the outputs depend on the image through this layer's output alone, so that no path leads around it.</summary>
    public bool IsBottleneck(string name)
    {
        if (name == LayerProfile.Outputs)
            return true;
        if (_isBottleneck.TryGetValue(name, out var known))
            return known;

        using var scope = NewDisposeScope();
        var image = _sample.detach().requires_grad_();
        var outputs = _network.Run(image, mayTakeShortcuts: false, (layer, _, _, output) => layer == name ? output.detach() : null);
        return _isBottleneck[name] = !outputs.requires_grad;
    }

    private (Dictionary<string, LayerProfile> Layers, Dictionary<string, string> Unusable) Probe()
    {
        using var scope = NewDisposeScope();
        var probe = new NetworkProbe();
        var outputs = _network.Run(_sample, mayTakeShortcuts: false, (name, module, input, output) =>
        {
            probe.Observe(name, module, input, output);
            return null;
        });

        var pools = probe.Pools
            .Where(pair => _alwaysRun.Contains(pair.Layer) && IsBottleneck(pair.Pool))
            .ToDictionary(pair => pair.Layer, pair => pair.Pool, StringComparer.Ordinal);
        var names = probe.Layers.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var deadEnds = DeadEnds(names);
        var layers = probe.Layers
            .Where(layer => !deadEnds.Contains(layer.Name))
            .Select(layer => pools.TryGetValue(layer.Name, out var pool)
                ? Pooled(layer, pool, probe.HeadWeight(pool, outputs))
                : new LayerProfile(layer, Pool: null, HeadWeight: null))
            .ToDictionary(profile => profile.Layer.Name, StringComparer.Ordinal);
        var unusable = _network.Modules
            .Select(pair => pair.Name)
            .Where(name => name.Length > 0 && !layers.ContainsKey(name))
            .ToDictionary(name => name, name => probe.ObjectionTo(name) ?? NothingDepends, StringComparer.Ordinal);
        return (layers, unusable);
    }

    /// <summary>The layers on whose output the network's outputs do not depend, such as a branch whose result is thrown away.</summary>
    private HashSet<string> DeadEnds(HashSet<string> layers)
    {
        using var scope = NewDisposeScope();
        var seen = new List<(string Name, Tensor Output)>();
        var outputs = _network.Run(_sample.detach().requires_grad_(), mayTakeShortcuts: false, (name, _, _, output) =>
        {
            if (!layers.Contains(name))
                return null;
            var kept = output.requires_grad ? output.alias() : output.detach().requires_grad_();
            scope.Attach(kept);
            seen.Add((name, kept));

            // A copy flows on: what comes next may work in place.
            return kept.clone();
        });
        if (!outputs.requires_grad)
            return layers;
        var gradients = autograd.grad([outputs.sum()], [.. seen.Select(layer => layer.Output)], allow_unused: true);
        return [.. seen.Where((_, i) => gradients[i].IsInvalid).Select(layer => layer.Name)];
    }

    private static LayerProfile Pooled(CutLayer layer, string pool, Tensor? headWeight) =>
        new(layer with { FeedsLinearHead = headWeight is not null }, pool, headWeight);

    private HashSet<string> LayersDespiteShortcuts()
    {
        using var scope = NewDisposeScope();
        var names = new HashSet<string>(StringComparer.Ordinal);
        _network.Run(_sample, mayTakeShortcuts: true, (name, _, _, _) =>
        {
            names.Add(name);
            return null;
        });
        return names;
    }
}
