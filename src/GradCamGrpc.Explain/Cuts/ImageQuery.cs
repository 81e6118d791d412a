namespace GradCamGrpc.Explain.Cuts;

/// <summary>What is asked about one image of a batch, before its scores are known.</summary>
/// <param name="Layers">The layers to explain at; none for a prediction alone.</param>
/// <param name="TargetCount">How many scores will be differentiated.</param>
public sealed record ImageQuery(IReadOnlyList<CutLayer> Layers, int TargetCount)
{
    /// <summary>A prediction, nothing to explain.</summary>
    public static ImageQuery PredictionOnly { get; } = new([], 0);
}
