namespace GradCamGrpc.Explain.Localization;

/// <summary>The pointing game: does a map's peak lie on the object? (Zhang et al. 2018, "Top-down neural attention by excitation backprop".)</summary>
public static class PointingGame
{
    /// <summary>Where a map is largest.</summary>
    /// <param name="heat">[height, width], row-major, finite.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Of equal positions the first, row by row; null where nothing is positive.</returns>
    public static PixelPosition? Peak(ReadOnlySpan<float> heat, int width)
    {
        _ = Plane.Rows(heat.Length, width);
        var (largest, at) = (0f, -1);
        for (var i = 0; i < heat.Length; i++)
        {
            if (heat[i] > largest)
                (largest, at) = (heat[i], i);
        }
        return at < 0 ? null : new PixelPosition(at / width, at % width);
    }

    /// <summary>Whether the peak lies in any of the boxes.</summary>
    /// <param name="peak">Null, for a map without one, never hits.</param>
    /// <param name="boxes">On the grid of the map that the peak was taken of.</param>
    /// <param name="tolerance">How far outside of a box still counts, in pixels on each axis; the literature's 15 for photos of its size, here 0.</param>
    public static bool IsHit(PixelPosition? peak, IEnumerable<BoundingBox> boxes, double tolerance = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        return peak is { } pixel && boxes.Any(box => box.Contains(pixel, tolerance));
    }
}
