using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Server.Evidence;

/// <summary>The pixels of a network's input, and where they lie on the photo.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Crop">The part of the photo that the input shows, in pixels of the photo.</param>
internal sealed record InputGrid(int Width, int Height, CropRectangle Crop)
{
    private static readonly HeatGrid Everywhere = new(1, 1, new float[] { 1 });

    public static InputGrid Of(ModelInput input) => new(input.Width, input.Height, input.Crop);

    /// <summary>A box in pixels of the photo, in pixels of the input; it may reach beyond it.</summary>
    public BoundingBox FromPhoto(BoundingBox box) => new(Column(box.Left), Row(box.Top), Column(box.Right), Row(box.Bottom));

    /// <summary>The middle of a pixel of the input, in pixels of the photo.</summary>
    public (double X, double Y) ToPhoto(PixelPosition pixel) => (
        Crop.X + (pixel.Column + 0.5) * Crop.Width / Width,
        Crop.Y + (pixel.Row + 0.5) * Crop.Height / Height);

    /// <summary>The rank correlation of a map of this input and a map of another one of the same photo, over the pixels that both cover.</summary>
    /// <param name="map">A map of this input.</param>
    /// <param name="other">The other map.</param>
    /// <param name="otherCrop">What it covers, in pixels of the photo.</param>
    /// <returns>−1 to 1; null where either is the same everywhere, or they have no pixel in common.</returns>
    public double? Correlation(SaliencyMap map, SaliencyMap other, CropRectangle otherCrop)
    {
        var place = FromPhoto(otherCrop);
        var ours = Grid(map).Placed(Width, Height, new CropRectangle(0, 0, Width, Height)).Values.Span;
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

    private static HeatGrid Grid(SaliencyMap map) => new(map.Shape.Width, map.Shape.Height, map.Heat());

    private CropRectangle FromPhoto(CropRectangle part) =>
        new(Column(part.X), Row(part.Y), part.Width * Width / Crop.Width, part.Height * Height / Crop.Height);

    private double Column(double x) => (x - Crop.X) * Width / Crop.Width;

    private double Row(double y) => (y - Crop.Y) * Height / Crop.Height;
}
