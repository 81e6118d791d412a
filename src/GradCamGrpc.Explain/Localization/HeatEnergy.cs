namespace GradCamGrpc.Explain.Localization;

/// <summary>How much of a map lies where it should: the energy-based pointing game (Wang et al. 2020, "Score-CAM", section 4.3).</summary>
public static class HeatEnergy
{
    /// <summary>The sum of the rectified map over pixels that lie in any of the boxes, be it in part, over its sum everywhere.</summary>
    /// <param name="heat">[height, width], row-major, finite; negative values count as 0.</param>
    /// <param name="width">Columns.</param>
    /// <param name="boxes">On the map's grid; where they overlap a pixel counts once.</param>
    /// <returns>0 to 1; 0 where nothing is positive.</returns>
    public static double ShareInside(ReadOnlySpan<float> heat, int width, IReadOnlyList<BoundingBox> boxes)
    {
        _ = Plane.Rows(heat.Length, width);
        var (inside, total) = (0.0, 0.0);
        for (var i = 0; i < heat.Length; i++)
        {
            if (heat[i] <= 0)
                continue;
            total += heat[i];
            if (IsInside(new PixelPosition(i / width, i % width), boxes))
                inside += heat[i];
        }
        return total > 0 ? inside / total : 0;
    }

    /// <summary>The sum of the rectified map over pixels that lie in a box, be it in part, over its sum everywhere: of each box by itself.</summary>
    /// <param name="heat">[height, width], row-major, finite; negative values count as 0.</param>
    /// <param name="width">Columns.</param>
    /// <param name="boxes">On the map's grid.</param>
    /// <returns>For each box 0 to 1; 0 where nothing is positive.</returns>
    public static IReadOnlyList<double> ShareOfEach(ReadOnlySpan<float> heat, int width, IReadOnlyList<BoundingBox> boxes)
    {
        var height = Plane.Rows(heat.Length, width);
        var total = 0.0;
        foreach (var value in heat)
            total += Math.Max(value, 0);

        var shares = new double[boxes.Count];
        for (var i = 0; i < shares.Length && total > 0; i++)
        {
            var (left, right) = Covered(boxes[i].Left, boxes[i].Right, width);
            var (top, bottom) = Covered(boxes[i].Top, boxes[i].Bottom, height);
            var inside = 0.0;
            for (var row = top; row < bottom; row++)
            {
                foreach (var value in heat.Slice(row * width + left, right - left))
                    inside += Math.Max(value, 0);
            }
            shares[i] = inside / total;
        }
        return shares;
    }

    /// <summary>The sum of the rectified map over pixels near the image's sides, over its sum everywhere.</summary>
    /// <param name="heat">[height, width], row-major, finite; negative values count as 0.</param>
    /// <param name="width">Columns.</param>
    /// <param name="depth">How deep the border is at each side, as a share of the height and of the width, 0 to 0.5; a pixel belongs to it by its centre.</param>
    /// <returns>0 to 1; 0 where nothing is positive. Of an even map 1 − (1 − 2 · depth)², but for the rounding to pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not from 0 to 0.5.</exception>
    public static double ShareInBorder(ReadOnlySpan<float> heat, int width, double depth)
    {
        if (depth is not (>= 0 and <= 0.5))
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "it is from 0 to 0.5");

        var height = Plane.Rows(heat.Length, width);
        var (border, total) = (0.0, 0.0);
        for (var i = 0; i < heat.Length; i++)
        {
            if (heat[i] <= 0)
                continue;
            total += heat[i];
            if (IsNearSide(i / width, height, depth) || IsNearSide(i % width, width, depth))
                border += heat[i];
        }
        return total > 0 ? border / total : 0;
    }

    /// <summary>The pixels that a side of a box touches.</summary>
    private static (int First, int End) Covered(double start, double end, int pixels)
    {
        var first = (int)Math.Clamp(Math.Floor(start), 0, pixels);
        return (first, (int)Math.Clamp(Math.Ceiling(end), first, pixels));
    }

    private static bool IsNearSide(int index, int count, double depth) => Math.Min(index, count - 1 - index) + 0.5 < depth * count;

    private static bool IsInside(PixelPosition pixel, IReadOnlyList<BoundingBox> boxes)
    {
        for (var i = 0; i < boxes.Count; i++)
        {
            if (boxes[i].Contains(pixel))
                return true;
        }
        return false;
    }
}
