using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How far two maps of one picture, of the class at its left and of the class at its right, tell the classes apart.</summary>
/// <param name="Correlation">Their rank correlation, −1 to 1; null where either is the same everywhere.</param>
/// <param name="LeftEnergy">How much of the left class's map lies in the left half, 0 to 1; null where nothing of the map is positive.</param>
/// <param name="RightEnergy">The same of the right class and half.</param>
internal sealed record Discrimination(double? Correlation, double? LeftEnergy, double? RightEnergy)
{
    /// <param name="left">The left class's map, at the picture's size.</param>
    /// <param name="right">The right class's map, of the same size.</param>
    public static Discrimination Of(HeatMap left, HeatMap right)
    {
        var seam = SideBySide.Seam(left.Width);
        return new Discrimination(
            RankCorrelation.Spearman(left.Values.Span, right.Values.Span),
            EnergyIn(new BoundingBox(0, 0, seam, left.Height), left),
            EnergyIn(new BoundingBox(seam, 0, right.Width, right.Height), right));
    }

    private static double? EnergyIn(BoundingBox half, HeatMap map) =>
        map.Values.Span.ContainsAnyInRange(float.Epsilon, float.PositiveInfinity) ? HeatEnergy.ShareInside(map.Values.Span, map.Width, [half]) : null;
}
