using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How alike a method's maps of two classes are.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Correlation">Their rank correlation, −1 to 1; null where either is the same everywhere.</param>
internal sealed record ComparedMaps(string Method, double? Correlation)
{
    /// <param name="method">The method's name.</param>
    /// <param name="maps">Two, of one size.</param>
    public static ComparedMaps Of(string method, IReadOnlyList<HeatMap> maps) =>
        new(method, RankCorrelation.Spearman(maps[0].Values.Span, maps[1].Values.Span));
}
