namespace GradCamGrpc.Explain.Cuts;

/// <summary>What is asked about one image of a batch, before its scores are known.</summary>
/// <param name="Layers">The layers to explain at; none for a prediction alone.</param>
/// <param name="TargetCount">How many scores will be differentiated.</param>
public sealed record ImageQuery(IReadOnlyList<CutLayer> Layers, int TargetCount)
{
    /// <summary>The layers whose activations are kept as they are, for heads that read them: see <see cref="ForwardPass.Activations"/>.</summary>
    public IReadOnlyList<CutLayer> Observed { get; init; } = [];

    /// <summary>A prediction, nothing to explain.</summary>
    public static ImageQuery PredictionOnly { get; } = new([], 0);
}
