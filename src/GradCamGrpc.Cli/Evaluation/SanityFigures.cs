namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How similar maps still are when a part of the network is random.</summary>
/// <param name="Module">The module that became random last.</param>
/// <param name="RandomizedCount">How many modules are random.</param>
/// <param name="Methods">Each method's figures.</param>
internal sealed record SanityFigures(string Module, int RandomizedCount, IReadOnlyList<SimilarityFigures> Methods);
