using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Methods;

/// <summary>Grad-CAM: a channel's weight is the spatial mean of its gradient (Selvaraju et al. 2017, eq. 1 and 2).</summary>
public sealed class GradCam : IChannelWeightMethod
{
    /// <inheritdoc />
    public string Name => "grad-cam";

    /// <inheritdoc />
    public bool ReadsMeanGradientOnly => true;

    /// <inheritdoc />
    public Tensor Weights(Tensor activations, Tensor gradients)
    {
        // An expanded view holds one number for all positions of a channel: that is its mean already.
        var isConstant = gradients.stride(2) == 0 && gradients.stride(3) == 0;
        return isConstant ? gradients.select(3, 0).select(2, 0) : gradients.mean([2, 3]);
    }
}
