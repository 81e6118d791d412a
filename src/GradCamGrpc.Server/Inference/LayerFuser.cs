using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;

namespace GradCamGrpc.Server.Inference;

/// <summary>Puts one map in the place of those that a score and method have at several layers: on the thread of the call.</summary>
/// <param name="rule">The mean or the maximum.</param>
/// <param name="layerCount">How many layers there are, two or more.</param>
internal sealed class LayerFuser(FusionRule rule, int layerCount)
{
    private readonly Dictionary<(int TargetIndex, int? ClassIndex, IExplanationMethod Method), List<SaliencyMap>> _incomplete = [];

    /// <summary>Maps of pixels as they come, and a fused one with the last of its layers' maps.</summary>
    public async IAsyncEnumerable<ReadyMap> FuseAsync(IAsyncEnumerable<ReadyMap> maps)
    {
        await foreach (var ready in maps)
        {
            if (ready.Map.Layer is null)
                yield return ready;
            else if (Completed(ready) is { } whole)
                yield return ready with { Map = LayerFusion.Fuse(whole, rule) };
        }
    }

    private List<SaliencyMap>? Completed(ReadyMap ready)
    {
        var key = (ready.TargetIndex, ready.ClassIndex, ready.Map.Method);
        if (!_incomplete.TryGetValue(key, out var maps))
            _incomplete[key] = maps = [];
        maps.Add(ready.Map);
        return maps.Count == layerCount && _incomplete.Remove(key) ? maps : null;
    }
}
