namespace GradCamGrpc.Explain.Localization;

/// <summary>
/// A box on an image, in pixels. Its sides are lines between pixels: the pixel of column c covers c to c + 1, so a box of the columns
/// 2 to 4 has <paramref name="Left"/> 2 and <paramref name="Right"/> 5. Read as columns and rows, the left and upper side are inclusive, the
/// right and lower one exclusive.
/// </summary>
/// <param name="Left">The left side.</param>
/// <param name="Top">The upper side.</param>
/// <param name="Right">The right side; where it is not right of the left one, the box is empty.</param>
/// <param name="Bottom">The lower side; where it is not below the upper one, the box is empty.</param>
public readonly record struct BoundingBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>Columns, never below 0.</summary>
    public double Width => Math.Max(Right - Left, 0);

    /// <summary>Rows, never below 0.</summary>
    public double Height => Math.Max(Bottom - Top, 0);

    /// <summary>Width times height, in square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>A box in the middle of an image.</summary>
    /// <param name="imageWidth">The image's columns.</param>
    /// <param name="imageHeight">The image's rows.</param>
    /// <param name="widthShare">The box's share of the columns, 0 to 1.</param>
    /// <param name="heightShare">The box's share of the rows, 0 to 1.</param>
    public static BoundingBox Centred(double imageWidth, double imageHeight, double widthShare, double heightShare) => new(
        imageWidth * (1 - widthShare) / 2, imageHeight * (1 - heightShare) / 2, imageWidth * (1 + widthShare) / 2, imageHeight * (1 + heightShare) / 2);

    /// <summary>What lies in both boxes; an empty box where nothing does.</summary>
    public BoundingBox Intersect(BoundingBox other) => new(
        Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));

    /// <summary>Intersection over union, 0 to 1: the area in both boxes over the area in either, as ImageNet's localization task has it.</summary>
    /// <returns>0 where both boxes are empty.</returns>
    public double IntersectionOverUnion(BoundingBox other)
    {
        var shared = Intersect(other).Area;
        var either = Area + other.Area - shared;
        return either > 0 ? shared / either : 0;
    }

    /// <summary>Whether any part of a pixel lies in the box, or less far from it than a tolerance in pixels, each axis by itself.</summary>
    public bool Contains(PixelPosition pixel, double tolerance = 0) =>
        pixel.Column + 1 > Left - tolerance && pixel.Column < Right + tolerance
        && pixel.Row + 1 > Top - tolerance && pixel.Row < Bottom + tolerance;
}
