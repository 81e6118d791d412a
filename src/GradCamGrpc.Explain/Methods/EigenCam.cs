using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// Eigen-CAM: the activations projected on their first principal component (Muhammad and Yeasin 2020, section III). It asks no score: all
/// targets of an image get the same map.
/// </summary>
public sealed class EigenCam : ICamMethod
{
    /// <inheritdoc />
    public string Name => "eigen-cam";

    /// <inheritdoc />
    /// <remarks>It asks nothing of the gradients but how many there are.</remarks>
    public bool ReadsGradients => false;

    /// <inheritdoc />
    public Tensor Map(Tensor activations, Tensor gradients) =>
        ChannelReduction.FirstComponent(activations.unsqueeze(0)).expand(gradients.shape[0], -1, -1);
}
