using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Server.Comparison;

/// <summary>The pixels of a network's input, and where they lie on the photo.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Crop">The part of the photo that the input shows, in pixels of the photo.</param>
internal sealed record InputGrid(int Width, int Height, CropRectangle Crop)
{
    private static readonly HeatGrid Everywhere = new(1, 1, new float[] { 1 });

    /// <summary>The rank correlation of a map of this input and a map of another one of the same photo, over the pixels that both cover.</summary>
    /// <param name="map">A map of this input.</param>
    /// <param name="other">The other map.</param>
    /// <param name="otherCrop">What it covers, in pixels of the photo.</param>
    /// <returns>−1 to 1; null where either is the same everywhere, or they have no pixel in common.</returns>
    public double? Correlation(SaliencyMap map, SaliencyMap other, CropRectangle otherCrop)
    {
        var place = Here(otherCrop);
        var ours = Placed(map).Values.Span;
        var theirs = Grid(other).Placed(Width, Height, place).Values.Span;
        var covered = Everywhere.Placed(Width, Height, place).Values.Span;
        var (first, second) = (new List<float>(), new List<float>());
        for (var i = 0; i < covered.Length; i++)
        {
            if (covered[i] == 0)
                continue;
            first.Add(ours[i]);
            second.Add(theirs[i]);
        }
        return RankCorrelation.Spearman([.. first], [.. second]);
    }

    /// <summary>The share of a map of this input, after the ReLU, that lies in boxes on the photo.</summary>
    public double EnergyInside(SaliencyMap map, IEnumerable<BoundingBox> boxes) =>
        HeatEnergy.ShareInside(Rectified(map).Values.Span, Width, Here(boxes));

    /// <summary>Whether the hottest pixel of a map of this input lies in a box on the photo.</summary>
    public bool IsPeakInside(SaliencyMap map, IEnumerable<BoundingBox> boxes) =>
        PointingGame.IsHit(PointingGame.Peak(Rectified(map).Values.Span, Width), Here(boxes));

    private HeatGrid Rectified(SaliencyMap map) => Grid(map).Rectified().Placed(Width, Height, new CropRectangle(0, 0, Width, Height));

    private HeatGrid Placed(SaliencyMap map) => Grid(map).Placed(Width, Height, new CropRectangle(0, 0, Width, Height));

    private static HeatGrid Grid(SaliencyMap map) => new(map.Shape.Width, map.Shape.Height, map.Heat());

    private BoundingBox[] Here(IEnumerable<BoundingBox> boxes) => [.. boxes.Select(box =>
    {
        var here = Here(new CropRectangle(box.Left, box.Top, box.Width, box.Height));
        return new BoundingBox(here.X, here.Y, here.X + here.Width, here.Y + here.Height);
    })];

    /// <summary>A rectangle of the photo in pixels of this input.</summary>
    private CropRectangle Here(CropRectangle onPhoto)
    {
        var (columns, rows) = (Width / Crop.Width, Height / Crop.Height);
        return new CropRectangle((onPhoto.X - Crop.X) * columns, (onPhoto.Y - Crop.Y) * rows, onPhoto.Width * columns, onPhoto.Height * rows);
    }
}
