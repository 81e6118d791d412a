using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// Takes part in one forward pass: keeps the activations that queries ask for, starts the tape there, and gives an image with
/// several targets a lane for each.
/// </summary>
/// <param name="queries">What is asked of each image.</param>
/// <param name="profiles">The profile of each layer in the queries.</param>
/// <param name="lanes">How many lanes each image gets at its first cut: those of the queries, and then those of which nothing is asked.</param>
/// <param name="keep">Attaches a tensor to a scope that outlives the forward pass.</param>
internal sealed class CutRecorder(
    IReadOnlyList<ImageQuery> queries, IReadOnlyDictionary<string, LayerProfile> profiles, LaneTable lanes, Action<Tensor> keep)
{
    /// <summary>What a pass left at one place: the tensor, and whose rows are in it.</summary>
    internal sealed record Capture(Tensor Tensor, LaneTable Lanes);

    private readonly ILookup<string, int> _imagesByCut = queries
        .SelectMany((query, image) => query.Layers.Select(layer => (profiles[layer.Name].Cut, Image: image)))
        .ToLookup(pair => pair.Cut, pair => pair.Image, StringComparer.Ordinal);

    private readonly HashSet<string> _pooled =
        [.. profiles.Values.Where(profile => profile.Pool is not null).Select(profile => profile.Layer.Name)];

    private readonly HashSet<string> _observed = [.. queries.SelectMany(query => query.Observed).Select(layer => layer.Name)];

    /// <summary>The lanes of the tensors that flow through the network at this moment.</summary>
    public LaneTable Lanes { get; private set; } = LaneTable.Single(lanes.Counts.Count);

    /// <summary>Activations of layers that a pooling follows, and of those that are only observed; no gradient reaches them.</summary>
    public Dictionary<string, Capture> Activations { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the tape starts or passes: gradients are taken with respect to these.</summary>
    public Dictionary<string, Capture> Cuts { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether nothing is cut but the outputs, so far: see <see cref="ForwardPass.HasNoTape"/>.</summary>
    public bool HasNoTape => Cuts.Keys.All(cut => cut == LayerProfile.Outputs);

    /// <summary>Called with each layer's output, and with the network's.</summary>
    /// <returns>What flows on instead, or null to let the output flow on.</returns>
    public Tensor? Observe(string name, Tensor output)
    {
        if (_observed.Contains(name))
            Activations[name] = new Capture(Keep(Join(name, output)), Lanes);
        else if (_pooled.Contains(name))
            Activations[name] = new Capture(Keep(output.detach().AtLeastSingle()), Lanes);
        if (!_imagesByCut.Contains(name))
            return null;

        var wider = Widen(_imagesByCut[name]);
        var cut = wider.Total == Lanes.Total
            ? output.alias()
            : output.index_select(0, tensor(Lanes.RowsFor(wider).ToArray(), device: output.device));
        Lanes = wider;
        if (name == LayerProfile.Outputs && HasNoTape)
        {
            // No tape: nothing comes behind the outputs, and how scores change with them is known in closed form.
            Cuts[name] = new Capture(Keep(cut), wider);
            return cut.alias();
        }
        if (!cut.requires_grad)
            cut = cut.detach().requires_grad_();
        Cuts[name] = new Capture(Keep(cut), wider);

        // A copy flows on: what comes next may work in place, and the cut must stay as it was.
        return cut.clone();
    }

    /// <summary>A copy of a layer's output. A network may run its layers on some photos after others: those that came before come first.</summary>
    private Tensor Join(string name, Tensor output)
    {
        var maps = output.detach().AtLeastSingle();
        return Activations.TryGetValue(name, out var before) ? cat([before.Tensor, maps]) : maps.clone();
    }

    private LaneTable Widen(IEnumerable<int> images)
    {
        var counts = Lanes.Counts.ToArray();
        foreach (var image in images)
            counts[image] = lanes.Counts[image];
        return new LaneTable(counts);
    }

    private Tensor Keep(Tensor kept)
    {
        keep(kept);
        return kept;
    }
}
