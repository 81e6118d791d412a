using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>Watches one forward pass to learn which layers there are, how large their maps are, and which feed a global average pooling.</summary>
internal sealed class NetworkProbe
{
    private readonly Dictionary<string, CutLayer> _layers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);
    private readonly HashSet<string> _run = new(StringComparer.Ordinal);
    private readonly List<(string Layer, string Pool)> _pools = [];
    private readonly Dictionary<string, (Tensor Output, Tensor Weight)> _heads = new(StringComparer.Ordinal);
    private List<(string Layer, Tensor Output)> _latest = [];
    private (string Pool, Tensor Output)? _latestPool;

    /// <summary>Layers whose output is one stack of maps [1, C, h, w], in the order of the pass.</summary>
    public IEnumerable<CutLayer> Layers => _layers.Values.Where(layer => !_repeated.Contains(layer.Name));

    /// <summary>Layers and the layer that averages their output over all positions.</summary>
    public IReadOnlyList<(string Layer, string Pool)> Pools => _pools;

    /// <summary>Why a part of the network is not among the <see cref="Layers"/>; null where it is.</summary>
    public string? ObjectionTo(string name)
    {
        if (_repeated.Contains(name))
            return "it runs several times in a pass, so that its name says nothing clear";
        if (_layers.ContainsKey(name))
            return null;
        return _run.Contains(name) ? "its output has no height and width, so that there is no map of it" : "it has no output of its own";
    }

    /// <summary>The weights of the linear layer that makes <paramref name="outputs"/> of a pooling's output; null where there is no such layer.</summary>
    public Tensor? HeadWeight(string pool, Tensor outputs) =>
        _heads.TryGetValue(pool, out var head) && ReferenceEquals(head.Output, outputs) ? head.Weight : null;

    public void Observe(string name, nn.Module module, Tensor input, Tensor output)
    {
        _run.Add(name);
        if (module is Linear linear && _latestPool is { } pooled && ReferenceEquals(pooled.Output, input))
            _heads[pooled.Pool] = (output, linear.weight!);
        if (output.shape is [1, var channels, var height, var width] && height * width > 1)
        {
            // A layer that runs twice has two outputs: its name says nothing clear, so it cannot be cut.
            if (!_layers.TryAdd(name, new CutLayer(name, (int)channels, (int)height, (int)width)))
                _repeated.Add(name);

            // Containers hand on the very tensor that their last layer made: several names may share one output.
            _latest.RemoveAll(latest => !ReferenceEquals(latest.Output, output));
            _latest.Add((name, output));
        }
        else if (_latest is [(_, var maps), ..] && ReferenceEquals(maps, input) && IsSpatialMean(maps, output))
        {
            _pools.AddRange(_latest.Select(latest => (latest.Layer, name)));
            _latest = [];
            _latestPool = (name, output);
        }
    }

    private static bool IsSpatialMean(Tensor maps, Tensor output)
    {
        using var mean = maps.mean([2, 3]);
        return output.numel() == mean.numel() && output.flatten().allclose(mean.flatten(), rtol: 1e-5, atol: 1e-7);
    }
}
