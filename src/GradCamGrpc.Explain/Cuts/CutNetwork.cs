using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// A network whose graph can be cut at any layer with maps: one forward pass, no tape below the first cut, and gradients of any
/// scores with respect to the layers asked for.
/// </summary>
/// <remarks>
/// Belongs to one thread. The network's parameters must be frozen, or the tape would start at the first of them. Every submodule
/// gets a forward hook here, once; hooks are never added or removed while serving.
/// </remarks>
public sealed class CutNetwork
{
    /// <summary>Bounds the memory that lanes take: an image gets fewer lanes, and its targets more backward passes, beyond it.</summary>
    private const int MaxLaneElements = 1 << 21;

    private const string NothingDepends = "the network's outputs do not depend on its output";

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Action<bool> _allowShortcuts;
    private readonly Dictionary<string, LayerProfile> _profiles;
    private readonly Dictionary<string, bool> _isBottleneck = new(StringComparer.Ordinal);
    private readonly HashSet<string> _alwaysRun;
    private readonly Tensor _sample;
    private Func<string, nn.Module, Tensor, Tensor, Tensor?>? _observer;

    /// <param name="network">From images [B, 3, H, W] to outputs [B, classes]; in evaluation mode, parameters frozen.</param>
    /// <param name="sample">An image [1, 3, H, W] of the size that will be served: noise, nothing constant. It is kept.</param>
    /// <param name="allowShortcuts">
    /// Told before each pass whether the network may take shortcuts that skip layers or change the last digits. It may where nothing
    /// is cut, or only in front of the last pooling; null for a network that never does.
    /// </param>
    public CutNetwork(nn.Module<Tensor, Tensor> network, Tensor sample, Action<bool>? allowShortcuts = null)
    {
        if (network.parameters().Any(parameter => parameter.requires_grad))
            throw new ArgumentException("the network's parameters must be frozen", nameof(network));

        _network = network;
        _sample = sample;
        _allowShortcuts = allowShortcuts ?? (_ => { });
        RegisterHooks(network);
        _alwaysRun = LayersDespiteShortcuts();
        (_profiles, UnusableLayers) = Probe();
        Layers = _profiles.ToDictionary(pair => pair.Key, pair => pair.Value.Layer, StringComparer.Ordinal);
        OtherNonlinearity = network.named_modules().FirstOrDefault(pair => IsNonlinearity(pair.module) && !IsRectifier(pair.module)).name;
    }

    /// <summary>The layers that can be cut, by name, in the order of a forward pass.</summary>
    public IReadOnlyDictionary<string, CutLayer> Layers { get; }

    /// <summary>The parts of the network that cannot be cut, by name: why, a clause.</summary>
    public IReadOnlyDictionary<string, string> UnusableLayers { get; }

    /// <summary>The name of a non-linearity that is neither ReLU nor ReLU6: only of those is it known how a <see cref="GradientRule"/> changes them; null where there is none.</summary>
    public string? OtherNonlinearity { get; }

    /// <summary>Runs a batch once.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="queries">What is asked of each of the B images; layers are from <see cref="Layers"/>.</param>
    /// <returns>The outputs, and what is needed to differentiate them. Its tensors live in the caller's dispose scope.</returns>
    public ForwardPass Forward(Tensor images, IReadOnlyList<ImageQuery> queries)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(queries.Count, (int)images.shape[0], nameof(queries));

        var profiles = queries
            .SelectMany(query => query.Layers)
            .Select(layer => layer.Name)
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, name => _profiles[name], StringComparer.Ordinal);
        var lanes = new LaneTable([.. queries.Select(query => LanesFor(query, queries.Count))]);
        using var outer = NewDisposeScope();
        var recorder = new CutRecorder(queries, profiles, lanes, kept => outer.Attach(kept));
        _allowShortcuts(
            profiles.Values.All(profile => profile.Pool is not null)
            && queries.SelectMany(query => query.Observed).All(layer => _alwaysRun.Contains(layer.Name)));
        var outputs = Run(images, (name, _, _, output) => recorder.Observe(name, output));
        outputs = recorder.Observe(LayerProfile.Outputs, outputs) ?? outputs;
        var pass = new ForwardPass(outputs, queries, profiles, recorder);
        pass.MoveToOuterDisposeScope();
        return pass;
    }

    /// <summary>The outputs alone, by the fastest way.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <returns>[B, classes], without a tape.</returns>
    public Tensor Outputs(Tensor images)
    {
        _allowShortcuts(true);
        return Run(images, (_, _, _, _) => null);
    }

    /// <summary>What a layer says of an image.</summary>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="layer">From <see cref="Layers"/>.</param>
    /// <returns>[C, h, w], without a tape.</returns>
    public Tensor Activations(Tensor image, CutLayer layer)
    {
        Tensor? activations = null;
        Run(image, layer.Name, output =>
        {
            activations = output.squeeze(0).AtLeastSingle().clone();
            return null;
        });
        return activations!;
    }

    /// <summary>The outputs, were a layer's activations others.</summary>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="layer">From <see cref="Layers"/>.</param>
    /// <param name="activations">[R, C, h, w].</param>
    /// <returns>[R, classes], without a tape.</returns>
    public Tensor OutputsWith(Tensor image, CutLayer layer, Tensor activations)
    {
        // Where a path leads around the layer, its rows must be as many as the layer's.
        var images = IsBottleneck(layer.Name) ? image : image.expand(activations.shape[0], -1, -1, -1);
        return Run(images, layer.Name, _ => activations.clone());
    }

    /// <summary>Differentiates scores with respect to the images.</summary>
    /// <param name="images">[R, 3, H, W].</param>
    /// <param name="targets">K scores; each is taken of every image.</param>
    /// <param name="rule">What becomes of gradients at ReLUs.</param>
    /// <param name="cancellation">Says that nobody waits any more; it is asked before each target.</param>
    /// <returns>dScore/dImage, [K, R, 3, H, W].</returns>
    public Tensor ImageGradients(
        Tensor images, IReadOnlyList<ScoreTarget> targets, GradientRule rule, CancellationToken cancellation = default)
    {
        var leaf = images.detach().requires_grad_();
        _allowShortcuts(false);
        var outputs = Run(leaf, (_, module, input, output) => rule is GradientRule.Derivative || !IsRectifier(module)
            ? null
            : RectifiedGradient.Apply(output, rule is GradientRule.Guided ? output : input));
        var rows = (int)images.shape[0];
        var gradients = targets.Select((target, i) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = ScoreTable.Evaluate(outputs, [.. Enumerable.Repeat(target, rows)]);     // [R]
            return autograd.grad([scores.sum()], [leaf], retain_graph: i < targets.Count - 1)[0];
        });
        return stack([.. gradients]);
    }

    private static bool IsRectifier(nn.Module module) => module is ReLU or ReLU6;

    private static bool IsNonlinearity(nn.Module module) => module
        is ReLU or ReLU6 or LeakyReLU or RReLU or PReLU or ELU or CELU or SELU or GELU or SiLU or Mish or Sigmoid or LogSigmoid or Tanh
        or Softplus or Softsign or Softshrink or Hardshrink or Hardsigmoid or Hardswish or Hardtanh or Tanhshrink or Threshold or GLU;

    private Tensor Run(Tensor images, string layer, Func<Tensor, Tensor?> replace)
    {
        _allowShortcuts(_profiles[layer].Pool is not null);
        return Run(images, (name, _, _, output) => name == layer ? replace(output) : null);
    }

    private int LanesFor(ImageQuery query, int images)
    {
        // Rows can be repeated only where all that follows depends on the cut alone; else the targets take turns on one tape.
        if (query.TargetCount <= 1 || !query.Layers.All(layer => IsBottleneck(_profiles[layer.Name].Cut)))
            return 1;
        var largest = query.Layers.Max(LaneElements);
        return (int)Math.Clamp(MaxLaneElements / (largest * images), 1, query.TargetCount);
    }

    private long LaneElements(CutLayer layer) =>
        _profiles[layer.Name].Pool is null ? (long)layer.Channels * layer.Height * layer.Width : layer.Channels;

    private Tensor Run(Tensor images, Func<string, nn.Module, Tensor, Tensor, Tensor?> observer)
    {
        _observer = observer;
        try
        {
            return _network.call(images);
        }
        finally
        {
            _observer = null;
        }
    }

    private void RegisterHooks(nn.Module<Tensor, Tensor> network)
    {
        foreach (var (name, module) in network.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer)
                layer.register_forward_hook((_, input, output) => _observer?.Invoke(name, module, input, output)!);
        }
    }

    private (Dictionary<string, LayerProfile> Profiles, Dictionary<string, string> Unusable) Probe()
    {
        using var scope = NewDisposeScope();
        var probe = new NetworkProbe();
        _allowShortcuts(false);
        var outputs = Run(_sample, (name, module, input, output) =>
        {
            probe.Observe(name, module, input, output);
            return null;
        });

        var pools = probe.Pools
            .Where(pair => _alwaysRun.Contains(pair.Layer) && IsBottleneck(pair.Pool))
            .ToDictionary(pair => pair.Layer, pair => pair.Pool, StringComparer.Ordinal);
        var names = probe.Layers.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var deadEnds = DeadEnds(names);
        var profiles = probe.Layers
            .Where(layer => !deadEnds.Contains(layer.Name))
            .Select(layer => pools.TryGetValue(layer.Name, out var pool)
                ? Pooled(layer, pool, probe.HeadWeight(pool, outputs))
                : new LayerProfile(layer, Pool: null, HeadWeight: null))
            .ToDictionary(profile => profile.Layer.Name, StringComparer.Ordinal);
        var unusable = _network.named_modules()
            .Select(pair => pair.name)
            .Where(name => name.Length > 0 && !profiles.ContainsKey(name))
            .ToDictionary(name => name, name => probe.ObjectionTo(name) ?? NothingDepends, StringComparer.Ordinal);
        return (profiles, unusable);
    }

    /// <summary>The layers on whose output the network's outputs do not depend, such as a branch whose result is thrown away.</summary>
    private HashSet<string> DeadEnds(HashSet<string> layers)
    {
        using var scope = NewDisposeScope();
        var seen = new List<(string Name, Tensor Output)>();
        _allowShortcuts(false);
        var outputs = Run(_sample.detach().requires_grad_(), (name, _, _, output) =>
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
        _allowShortcuts(true);
        Run(_sample, (name, _, _, _) =>
        {
            names.Add(name);
            return null;
        });
        return names;
    }

    /// <summary>Whether the outputs depend on the image through this layer's output alone, so that no path leads around it.</summary>
    private bool IsBottleneck(string name)
    {
        if (name == LayerProfile.Outputs)
            return true;
        if (_isBottleneck.TryGetValue(name, out var known))
            return known;

        using var scope = NewDisposeScope();
        var image = _sample.detach().requires_grad_();
        _allowShortcuts(false);
        var outputs = Run(image, (layer, _, _, output) => layer == name ? output.detach() : null);
        return _isBottleneck[name] = !outputs.requires_grad;
    }
}
