using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Evidence;

/// <summary>What came of judging one photo's maps.</summary>
/// <param name="Path">The photo.</param>
/// <param name="Prediction">What is on it; null when that is not known.</param>
/// <param name="Maps">What was measured of its maps, of those that came before a fault included.</param>
/// <param name="Fault">Why the answer is not whole; null when it is.</param>
internal sealed record JudgedPhoto(string Path, ClassificationPrediction? Prediction, IReadOnlyList<MapEvidence> Maps, string? Fault);
