using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>Eigen-Grad-CAM: as Eigen-CAM, of the activations times the gradients (pytorch-grad-cam, 2021), so that it tells classes apart.</summary>
public sealed class EigenGradCam : ICamMethod
{
    /// <inheritdoc />
    public string Name => "eigen-grad-cam";

    /// <inheritdoc />
    public Tensor Map(Tensor activations, Tensor gradients) => ChannelReduction.FirstComponent(gradients * activations);
}
