using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How well one map tells where its class is.</summary>
/// <param name="Hits">For each of <see cref="Shares"/>, whether the box of the largest component fits a box of the photo.</param>
/// <param name="Points">Whether its peak lies in a box.</param>
/// <param name="EnergyInside">The share of it that lies in the boxes, 0 to 1.</param>
internal sealed record MapOutcome(IReadOnlyList<bool> Hits, bool Points, double EnergyInside)
{
    /// <summary>From which intersection over union on a box fits: ImageNet's localization task.</summary>
    public const double FittingOverlap = 0.5;

    /// <summary>The shares of the maximum at which maps are cut off.</summary>
    public static IReadOnlyList<double> Shares { get; } = [Localizer.DefaultShare, 0.20, 0.30, 0.40, 0.50];

    /// <summary>Whether a box fits any of a photo's.</summary>
    public static bool Fits(BoundingBox? found, IReadOnlyList<BoundingBox> boxes) =>
        found is { } box && boxes.Any(known => box.IntersectionOverUnion(known) >= FittingOverlap);

    /// <param name="map">A map of the whole photo.</param>
    /// <param name="size">The photo's size.</param>
    /// <param name="boxes">The photo's boxes.</param>
    public static MapOutcome Of(SaliencyMap map, ImageSize size, IReadOnlyList<BoundingBox> boxes)
    {
        var heat = PhotoHeat.Of(map, size);
        return new MapOutcome(
            [.. Shares.Select(share => Fits(Localizer.LargestBox(heat.Span, size.Width, share), boxes))],
            PointingGame.IsHit(PointingGame.Peak(heat.Span, size.Width), boxes),
            HeatEnergy.ShareInside(heat.Span, size.Width, boxes));
    }
}
