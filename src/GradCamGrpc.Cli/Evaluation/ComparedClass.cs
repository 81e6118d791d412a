namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A class whose map is compared with another's.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Label">Its label.</param>
/// <param name="Rank">Its place among the network's classes, from 1.</param>
/// <param name="Probability">0 to 1.</param>
internal sealed record ComparedClass(int ClassIndex, string Label, int Rank, double Probability);
