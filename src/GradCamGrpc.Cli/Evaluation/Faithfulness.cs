namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How faithful one map is.</summary>
/// <param name="Insertion">The area under the insertion curve of the class's probability: the more the better.</param>
/// <param name="Deletion">The area under the deletion curve: the less the better.</param>
/// <param name="OcclusionCorrelation">The rank correlation with the occlusion map, −1 to 1; null where either is the same everywhere.</param>
internal sealed record Faithfulness(double Insertion, double Deletion, double? OcclusionCorrelation);
