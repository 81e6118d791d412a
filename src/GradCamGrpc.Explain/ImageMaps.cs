using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain;

/// <summary>All maps of one image, whatever their methods ask of the network.</summary>
public static class ImageMaps
{
    /// <summary>Makes a map of each score by each method, and at each layer by those that use one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="layers">At least one, none twice.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="methods">The methods, none twice.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>For each score its maps: by the methods in their order, and of each by the layers in theirs.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public static IReadOnlyList<IReadOnlyList<SaliencyMap>> Of(
        CutNetwork network,
        Tensor image,
        IReadOnlyList<CutLayer> layers,
        IReadOnlyList<ScoreTarget> targets,
        IReadOnlyList<IExplanationMethod> methods,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var maps = targets.Select(_ => new List<SaliencyMap>()).ToArray();
        ICamMethod[] cams = [.. methods.OfType<ICamMethod>()];
        if (cams.Length > 0)
        {
            network.Forward(image, [new ImageQuery(layers, targets.Count)])
                .Explain([targets], [cams], (_, target, map) => maps[target].Add(map), _ => !cancellation.IsCancellationRequested);
            cancellation.ThrowIfCancellationRequested();
        }
        IAttributionMethod[] attributions = [.. methods.OfType<IAttributionMethod>()];
        if (attributions.Length > 0)
            Attributions.Explain(network, image, layers, targets, attributions, (target, map) => maps[target].Add(map), cancellation);

        IExplanationMethod[] order = [.. methods];
        string[] depths = [.. layers.Select(layer => layer.Name)];
        return [.. maps.Select(made => made
            .OrderBy(map => Array.IndexOf(order, map.Method))
            .ThenBy(map => Array.IndexOf(depths, map.Layer?.Name))
            .ToArray())];
    }
}
