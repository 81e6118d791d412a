using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// Ablation-CAM: a channel's weight is the share of the score that is lost without the channel (Desai and Ramaswamy 2020, eq. 3). It needs
/// no gradient, but a pass through the layers behind for each channel, which all scores share.
/// </summary>
/// <remarks>
/// At a layer behind a ReLU a channel is taken away by setting it to 0. Elsewhere 0 is a value like any other; there, as in
/// pytorch-grad-cam, the channel is set far below whatever the layer holds, so that a ReLU behind it sees nothing.
/// </remarks>
public sealed class AblationCam : IChannelWeightAttribution
{
    /// <summary>The reference's.</summary>
    private const float FarBelow = 1e7f;

    /// <inheritdoc />
    public string Name => "ablation-cam";

    /// <inheritdoc />
    public bool IsSlow => true;

    /// <inheritdoc />
    public (Tensor Activations, Tensor Weights) Weigh(AttributionTask task)
    {
        var activations = task.Network.Activations(task.Image, task.Layer);                     // [C, h, w]
        var least = activations.min().item<float>();
        var absent = least == 0 ? 0 : least - FarBelow;
        var whole = task.Scores(task.Network.OutputsWith(task.Image, task.Layer, activations.unsqueeze(0)));    // [K, 1]
        var isAbsent = activations.EqualTo(absent).flatten(1).all(1);
        var ablated = task.ChannelScores(isAbsent, whole, channels =>
        {
            var numbers = channels.cpu().data<long>().ToArray();
            var without = activations.unsqueeze(0).repeat(numbers.Length, 1, 1, 1);             // [R, C, h, w]
            for (var i = 0; i < numbers.Length; i++)
                without.select(0, i).select(0, numbers[i]).FillInPlace(absent);
            return task.Scores(task.Network.OutputsWith(task.Image, task.Layer, without));      // [K, R]
        });
        return (activations, (whole - ablated) / whole);
    }
}
