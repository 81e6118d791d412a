using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using GradCamGrpc.Tensors.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// A network whose graph can be cut at any layer with maps: one forward pass, no tape below the first cut, and gradients of any
/// scores with respect to the layers asked for.
/// </summary>
/// <remarks>
/// Belongs to one thread; what the layers are may be asked on any. The network's parameters must be frozen, or the tape would start at the
/// first of them. Images may come in several sizes, each pass in one: a layer's maps are as large as the images make them.
/// </remarks>
public sealed class CutNetwork
{
    /// <summary>Bounds the memory that lanes take: an image gets fewer lanes, and its targets more backward passes, beyond it.</summary>
    private const int MaxLaneElements = 1 << 21;

    private readonly HookedNetwork _network;
    private readonly Dictionary<InputSize, NetworkProfile> _profiles;
    private readonly NetworkProfile _first;

    /// <param name="network">From images [B, 3, H, W] to outputs [B, classes]; in evaluation mode, parameters frozen.</param>
    /// <param name="sample">An image [1, 3, H, W] of the size that will be served: noise, nothing constant. It is kept.</param>
    /// <param name="allowShortcuts">
    /// Told before each pass whether the network may take shortcuts that skip layers or change the last digits. It may where nothing
    /// is cut, or only in front of the last pooling; null for a network that never does.
    /// </param>
    /// <exception cref="ArgumentException">A parameter of the network is not frozen.</exception>
    public CutNetwork(nn.Module<Tensor, Tensor> network, Tensor sample, Action<bool>? allowShortcuts = null)
        : this(network, [sample], allowShortcuts)
    {
    }

    /// <param name="network">From images [B, 3, H, W] to outputs [B, classes]; in evaluation mode, parameters frozen.</param>
    /// <param name="samples">An image [1, 3, H, W] of each size that will be served, one at least: noise, nothing constant. They are kept.</param>
    /// <param name="allowShortcuts">
    /// Told before each pass whether the network may take shortcuts that skip layers or change the last digits. It may where nothing
    /// is cut, or only in front of the last pooling; null for a network that never does.
    /// </param>
    /// <exception cref="ArgumentException">A parameter of the network is not frozen, or two samples are of one size.</exception>
    public CutNetwork(nn.Module<Tensor, Tensor> network, IReadOnlyList<Tensor> samples, Action<bool>? allowShortcuts = null)
    {
        if (network.parameters().Any(parameter => parameter.requires_grad))
            throw new ArgumentException("the network's parameters must be frozen", nameof(network));

        // Profiles run the network.
        _ = OneDnn.Caches;
        _network = new HookedNetwork(network, allowShortcuts);
        _profiles = samples.ToDictionary(InputSize.Of, sample => new NetworkProfile(_network, sample));
        _first = ProfileOf(samples[0]);
        OtherNonlinearity = _network.Modules.FirstOrDefault(pair => IsNonlinearity(pair.Module) && !IsRectifier(pair.Module)).Name;
    }

    /// <summary>The layers that can be cut, by name, in the order of a forward pass: for images of the first size.</summary>
    public IReadOnlyDictionary<string, CutLayer> Layers => _first.Layers;

    /// <summary>The parts of the network that cannot be cut, by name: why, a clause. For images of the first size.</summary>
    public IReadOnlyDictionary<string, string> UnusableLayers => _first.UnusableLayers;

    /// <summary>The name of a non-linearity that is neither ReLU nor ReLU6: only of those is it known how a <see cref="GradientRule"/> changes them; null where there is none.</summary>
    public string? OtherNonlinearity { get; }

    /// <summary>The layers that can be cut, by name, in the order of a forward pass.</summary>
    /// <param name="size">One of the samples'.</param>
    /// <exception cref="ArgumentException">There was no sample of that size.</exception>
    public IReadOnlyDictionary<string, CutLayer> LayersAt(InputSize size) => ProfileAt(size).Layers;

    /// <summary>The parts of the network that cannot be cut, by name: why, a clause.</summary>
    /// <param name="size">One of the samples'.</param>
    /// <exception cref="ArgumentException">There was no sample of that size.</exception>
    public IReadOnlyDictionary<string, string> UnusableLayersAt(InputSize size) => ProfileAt(size).UnusableLayers;

    /// <summary>Runs a batch once.</summary>
    /// <param name="images">[R, 3, H, W], R at least B.</param>
    /// <param name="queries">
    /// What is asked of each of the first B images; layers are from <see cref="LayersAt"/> for their size. The other images only fill the batch.
    /// </param>
    /// <returns>The outputs, and what is needed to differentiate them. Its tensors live in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are more queries than images.</exception>
    /// <exception cref="ArgumentException">There was no sample of the images' size, or a layer is one of another size.</exception>
    public ForwardPass Forward(Tensor images, IReadOnlyList<ImageQuery> queries)
    {
        var fillers = (int)images.shape[0] - queries.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(fillers, nameof(queries));

        var known = ProfileOf(images);
        var profiles = queries
            .SelectMany(query => query.Layers)
            .Select(known.Of)
            .Distinct()
            .ToDictionary(profile => profile.Layer.Name, StringComparer.Ordinal);
        var lanes = new LaneTable([.. queries.Select(query => LanesFor(query, queries.Count, known)), .. Enumerable.Repeat(1, fillers)]);
        using var outer = NewDisposeScope();
        var recorder = new CutRecorder(queries, profiles, lanes, kept => outer.Attach(kept));
        var mayTakeShortcuts =
            profiles.Values.All(profile => profile.Pool is not null) && queries.SelectMany(query => query.Observed).All(known.AlwaysRuns);
        var outputs = _network.Run(images, mayTakeShortcuts, (name, _, _, output) => recorder.Observe(name, output));
        outputs = recorder.Observe(LayerProfile.Outputs, outputs) ?? outputs;
        var pass = new ForwardPass(outputs, queries, profiles, recorder);
        pass.MoveToOuterDisposeScope();
        return pass;
    }

    /// <summary>The outputs alone, by the fastest way.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <returns>[B, classes], without a tape.</returns>
    public Tensor Outputs(Tensor images) => _network.Run(images, mayTakeShortcuts: true);

    /// <summary>What a layer says of an image.</summary>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="layer">From <see cref="LayersAt"/> for the image's size.</param>
    /// <returns>[C, h, w], without a tape.</returns>
    public Tensor Activations(Tensor image, CutLayer layer)
    {
        Tensor? activations = null;
        Run(image, ProfileOf(image).Of(layer), output =>
        {
            activations = output.squeeze(0).AtLeastSingle().clone();
            return null;
        });
        return activations!;
    }

    /// <summary>The outputs, were a layer's activations others.</summary>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="layer">From <see cref="LayersAt"/> for the image's size.</param>
    /// <param name="activations">[R, C, h, w].</param>
    /// <returns>[R, classes], without a tape.</returns>
    public Tensor OutputsWith(Tensor image, CutLayer layer, Tensor activations)
    {
        // Where a path leads around the layer, its rows must be as many as the layer's.
        var known = ProfileOf(image);
        var images = known.IsBottleneck(layer.Name) ? image : image.expand(activations.shape[0], -1, -1, -1);
        return Run(images, known.Of(layer), _ => activations.clone());
    }

    /// <summary>Differentiates scores with respect to the images.</summary>
    /// <param name="images">[R, 3, H, W].</param>
    /// <param name="targets">K scores, one at least; each is taken of every image.</param>
    /// <param name="rule">What becomes of gradients at ReLUs.</param>
    /// <param name="cancellation">Says that nobody waits any more; it is asked before each target.</param>
    /// <returns>dScore/dImage, [K, R, 3, H, W].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target's class is none of the outputs', or its link is unknown.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public Tensor ImageGradients(
        Tensor images, IReadOnlyList<ScoreTarget> targets, GradientRule rule, CancellationToken cancellation = default)
    {
        var leaf = images.detach().requires_grad_();
        var outputs = _network.Run(leaf, mayTakeShortcuts: false, (_, module, input, output) => rule is GradientRule.Derivative || !IsRectifier(module)
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

    private NetworkProfile ProfileOf(Tensor images) => ProfileAt(InputSize.Of(images));

    private NetworkProfile ProfileAt(InputSize size) => _profiles.GetValueOrDefault(size)
        ?? throw new ArgumentException($"the network has not been looked at with images of {size}, but of {string.Join(", ", _profiles.Keys)}");

    private Tensor Run(Tensor images, LayerProfile layer, Func<Tensor, Tensor?> replace) => _network.Run(
        images, mayTakeShortcuts: layer.Pool is not null, (name, _, _, output) => name == layer.Layer.Name ? replace(output) : null);

    private static int LanesFor(ImageQuery query, int images, NetworkProfile known)
    {
        // Rows can be repeated only where all that follows depends on the cut alone; else the targets take turns on one tape.
        if (query.TargetCount <= 1 || !query.Layers.All(layer => known.IsBottleneck(known.Of(layer).Cut)))
            return 1;
        var largest = query.Layers.Max(layer => LaneElements(known.Of(layer)));
        return (int)Math.Clamp(MaxLaneElements / (largest * images), 1, query.TargetCount);
    }

    private static long LaneElements(LayerProfile profile)
    {
        var layer = profile.Layer;
        return profile.Pool is null ? (long)layer.Channels * layer.Height * layer.Width : layer.Channels;
    }
}
