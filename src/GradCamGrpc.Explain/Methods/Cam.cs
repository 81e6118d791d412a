using GradCamGrpc.Explain.Cuts;

namespace GradCamGrpc.Explain.Methods;

/// <summary>
/// CAM: a channel's weight is the classifier's for the class (Zhou et al. 2016, eq. 2), where nothing but a global average pooling and one
/// linear layer follows. There the weight is the sum of the channel's gradient over all positions.
/// </summary>
public sealed class Cam : IMeanGradientMethod
{
    /// <inheritdoc />
    public string Name => "cam";

    /// <inheritdoc />
    public string? ObjectionTo(CutNetwork network, CutLayer layer) => layer.FeedsLinearHead
        ? null
        : $"needs a layer that only a global average pooling and one linear layer follow, and '{layer.Name}' is none";

    /// <inheritdoc />
    public int WeightOfMean(int positions) => positions;
}
