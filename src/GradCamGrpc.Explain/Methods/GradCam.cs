namespace GradCamGrpc.Explain.Methods;

/// <summary>Grad-CAM: a channel's weight is the spatial mean of its gradient (Selvaraju et al. 2017, eq. 1 and 2).</summary>
public sealed class GradCam : IMeanGradientMethod
{
    /// <inheritdoc />
    public string Name => "grad-cam";

    /// <inheritdoc />
    public int WeightOfMean(int positions) => 1;
}
