using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>Runs attribution methods on one image.</summary>
public static class Attributions
{
    /// <summary>Makes a map of each target by each method, and at each layer by those that use one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="layers">At least one.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="onMap">Told (index of its target, map) as each map is ready.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public static void Explain(
        CutNetwork network,
        Tensor image,
        IReadOnlyList<CutLayer> layers,
        IReadOnlyList<ScoreTarget> targets,
        IReadOnlyList<IAttributionMethod> methods,
        Action<int, SaliencyMap> onMap,
        CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var task = new AttributionTask(network, image, layers[0], targets, cancellation);
        var scores = TensorValues.Floats(task.Scores(network.Outputs(image)));
        foreach (var method in methods)
        {
            foreach (var layer in method.UsesLayer ? layers : [layers[0]])
            {
                using var work = NewDisposeScope();
                var maps = method.Attribute(task with { Layer = layer });                       // [K, c, h, w]
                var shape = new MapShape((int)maps.shape[1], (int)maps.shape[2], (int)maps.shape[3]);
                var values = TensorValues.Floats(maps).Chunk(shape.Channels * shape.Positions).ToArray();
                for (var i = 0; i < targets.Count; i++)
                {
                    var map = new SaliencyMap(method, method.UsesLayer ? layer : null, targets[i], scores[i], shape, values[i]);
                    onMap(i, map.IsZero ? map with { ScoreIsFlat = IsFlat(network, image, map, targets[i]) } : map);
                }
            }
        }
    }

    /// <summary>Whether the gradient of a map's score is zero at the map's layer, or at the pixels.</summary>
    private static bool IsFlat(CutNetwork network, Tensor image, SaliencyMap map, ScoreTarget target)
    {
        if (map.Layer is null)
            return !network.ImageGradients(image, [target], GradientRule.Derivative).any().item<bool>();
        var isFlat = false;
        network.Forward(image, [new ImageQuery([map.Layer], 1)])
            .Explain([[target]], [[new GradCam()]], (_, _, cam) => isFlat = cam.ScoreIsFlat);
        return isFlat;
    }
}
