namespace GradCamGrpc.Explain.Evidence;

/// <summary>How far maps have changed when part of a network has been randomized.</summary>
/// <param name="Module">The module that was randomized last.</param>
/// <param name="RandomizedCount">How many modules are random by now, this one included.</param>
/// <param name="Maps">For each question, each method's map in the order of the methods.</param>
public sealed record SanityCheckpoint(string Module, int RandomizedCount, IReadOnlyList<IReadOnlyList<MapSimilarity>> Maps);
