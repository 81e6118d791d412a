using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>What came of one photo.</summary>
/// <param name="Path">The photo.</param>
/// <param name="Prediction">What is on it; null when that is not known.</param>
/// <param name="Maps">Its maps, those that came before a fault included.</param>
/// <param name="LabelImages">Its label images.</param>
/// <param name="Fault">Why the answer is not whole; null when it is.</param>
internal sealed record ExplainedPhoto(
    string Path,
    ClassificationPrediction? Prediction,
    IReadOnlyList<WrittenMap> Maps,
    IReadOnlyList<WrittenLabelImage> LabelImages,
    string? Fault);
