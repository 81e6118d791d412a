namespace GradCamGrpc.Cli.Reports;

/// <summary>How similar maps still are at a checkpoint.</summary>
/// <param name="Module">The module that became random last.</param>
/// <param name="RandomizedCount">How many are random.</param>
/// <param name="Cells">A figure of each method.</param>
internal sealed record SimilarityRow(string Module, int RandomizedCount, IReadOnlyList<SimilarityRow.Cell> Cells)
{
    /// <summary>A method's figures; null where there is none.</summary>
    internal sealed record Cell(string Method, double? Structural, double? Rank);
}
