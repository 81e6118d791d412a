using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// Guided Grad-CAM: Guided Backpropagation times the rectified Grad-CAM of a layer, resized to the image (Selvaraju et al. 2017, section 3.2).
/// Fine as the one, and about the class as the other.
/// </summary>
public sealed class GuidedGradCam : IAttributionMethod
{
    private readonly GuidedBackpropagation _guided = new();

    /// <inheritdoc />
    public string Name => "guided-grad-cam";

    /// <inheritdoc />
    public bool UsesLayer => true;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => _guided.ObjectionTo(network, layer);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var coarse = nn.functional.interpolate(
            GradCams(task).relu(), [task.Height, task.Width], mode: InterpolationMode.Bilinear, align_corners: false);
        return _guided.Attribute(task) * coarse;
    }

    /// <returns>[K, 1, h, w].</returns>
    private static Tensor GradCams(AttributionTask task)
    {
        var maps = new float[task.Targets.Count][];
        task.Network.Forward(task.Image, [new ImageQuery([task.Layer], task.Targets.Count)])
            .Explain([task.Targets], [[new GradCam()]], (_, target, map) => maps[target] = map.Values.ToArray());
        return tensor(maps.SelectMany(map => map).ToArray(), task.Image.dtype, device: task.Image.device)
            .reshape(maps.Length, 1, task.Layer.Height, task.Layer.Width);
    }
}
