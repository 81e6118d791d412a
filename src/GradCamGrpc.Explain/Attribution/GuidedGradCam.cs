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
    public int Channels => 3;

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => _guided.ObjectionTo(network, layer);

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var coarse = nn.functional.interpolate(
            task.Cams(task.Image, new GradCam()).squeeze(0).relu(), [task.Height, task.Width], mode: InterpolationMode.Bilinear, align_corners: false);
        return _guided.Attribute(task) * coarse;
    }
}
