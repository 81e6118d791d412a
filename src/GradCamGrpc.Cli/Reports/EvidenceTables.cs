using System.Globalization;
using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Protos.V1;
using Spectre.Console;

namespace GradCamGrpc.Cli.Reports;

/// <summary>Tables of what was measured of maps.</summary>
internal static class EvidenceTables
{
    /// <summary>A column of figures, and how a map's is read off.</summary>
    private sealed record Column(string Name, Func<MapEvidence, string?> Figure);

    private static readonly Column[] Columns =
    [
        new("insertion ↑", map => Text(map.Insertion?.Area)),
        new("deletion ↓", map => Text(map.Deletion?.Area)),
        new("occlusion ↑", map => map.HasOcclusionCorrelation ? Text(map.OcclusionCorrelation) : null),
        new("points at it", map => map.Pointing is { } pointing ? pointing.Hits ? "yes" : "no" : null),
        new("energy ↑", map => map.HasEnergyInside ? Text(map.EnergyInside) : null),
        new("sensitivity ↓", map => map.HasSensitivity ? Text(map.Sensitivity) : null),
    ];

    /// <summary>A row a map; only columns in which something stands.</summary>
    public static Table Of(IReadOnlyList<MapEvidence> maps)
    {
        var columns = Columns.Where(column => maps.Any(map => column.Figure(map) is not null)).ToArray();
        var table = new Table().AddColumns("class", "layer", "map")
            .AddColumns([.. columns.Select(column => new TableColumn(column.Name).RightAligned())]);
        foreach (var map in maps)
            table.AddRow([.. Names(map).Concat(columns.Select(column => column.Figure(map) ?? "-")).Select(Markup.Escape)]);
        return table;
    }

    /// <summary>A row a checkpoint, a column a method.</summary>
    public static Table Of(IReadOnlyList<SimilarityRow> rows, Func<SimilarityRow.Cell, double?> figure)
    {
        var table = new Table().AddColumns("random", "down to")
            .AddColumns([.. rows[0].Cells.Select(cell => new TableColumn(Markup.Escape(cell.Method)).RightAligned())]);
        foreach (var row in rows)
        {
            table.AddRow(
                [$"{row.RandomizedCount}", Markup.Escape(row.Module), .. row.Cells.Select(cell => Text(figure(cell)) ?? "-")]);
        }
        return table;
    }

    public static IReadOnlyList<SimilarityRow> Rows(IReadOnlyList<SanityCheckpoint> checkpoints) =>
        [.. checkpoints.Select(checkpoint => new SimilarityRow(
            checkpoint.Module,
            checkpoint.RandomizedModuleCount,
            [.. checkpoint.Similarities.Select(similarity => new SimilarityRow.Cell(
                MethodNames.Of(similarity.Method),
                similarity.HasStructuralSimilarity ? similarity.StructuralSimilarity : null,
                similarity.HasRankCorrelation ? similarity.RankCorrelation : null))]))];

    public static IReadOnlyList<SimilarityRow> Rows(IReadOnlyList<SanityFigures> checkpoints) =>
        [.. checkpoints.Select(checkpoint => new SimilarityRow(
            checkpoint.Module,
            checkpoint.RandomizedCount,
            [.. checkpoint.Methods.Select(method => new SimilarityRow.Cell(method.Method, method.StructuralSimilarity, method.RankCorrelation))]))];

    private static string[] Names(MapEvidence evidence) => evidence.SubjectCase is MapEvidence.SubjectOneofCase.Baseline
        ? [Subjects.Label(evidence.Baseline.Score), "", evidence.Baseline.Baseline is Baseline.Random ? "(a random map)" : "(a blob in the middle)"]
        : [Subjects.Label(evidence.Map.Score), LayerNames.Of(evidence.Map), MethodNames.Of(evidence.Map.Method) + (evidence.AllZero ? ", all zero" : "")];

    private static string? Text(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture);
}
