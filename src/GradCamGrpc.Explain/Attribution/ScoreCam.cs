using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// Score-CAM: a channel's weight is the score of the image seen through that channel alone, by a softmax over the channels (Wang et al.
/// 2020, section 3). It needs no gradient, but a forward pass for each channel that is not the same everywhere, which all scores share.
/// </summary>
public sealed class ScoreCam : IChannelWeightAttribution
{
    /// <summary>The reference's.</summary>
    private const double DivisionGuard = 1e-8;

    /// <inheritdoc />
    public string Name => "score-cam";

    /// <inheritdoc />
    public bool IsSlow => true;

    /// <inheritdoc />
    public (Tensor Activations, Tensor Weights) Weigh(AttributionTask task)
    {
        var activations = task.Network.Activations(task.Image, task.Layer);                     // [C, h, w]

        // A channel that is the same everywhere shows nothing of the image.
        var isSilent = activations.amax([1, 2]) == activations.amin([1, 2]);
        var ofSilent = task.Scores(task.Network.Outputs(zeros_like(task.Image)));
        var scores = task.ChannelScores(isSilent, ofSilent, channels =>
        {
            var masks = Masks(activations.index_select(0, channels), task);                     // [R, 1, H, W]
            return task.Scores(task.Network.Outputs(task.Image * masks));                       // [K, R]
        });
        return (activations, nn.functional.softmax(scores, 1));
    }

    private static Tensor Masks(Tensor channels, AttributionTask task)
    {
        var masks = nn.functional.interpolate(
            channels.unsqueeze(1), [task.Height, task.Width], mode: InterpolationMode.Bilinear, align_corners: true);
        var least = masks.amin([2, 3], keepdim: true);
        var most = masks.amax([2, 3], keepdim: true);
        return (masks - least) / (most - least).Plus(DivisionGuard);
    }
}
