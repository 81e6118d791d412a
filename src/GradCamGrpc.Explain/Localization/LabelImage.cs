namespace GradCamGrpc.Explain.Localization;

/// <summary>A label for each pixel: 0 for none, k + 1 for the map of index k.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Labels">[height, width], row-major, 0 to the number of maps.</param>
public sealed record LabelImage(int Width, int Height, ReadOnlyMemory<int> Labels)
{
    /// <summary>Labels each pixel with the map that is largest there, where it reaches a share of that map's maximum.</summary>
    /// <param name="maps">Each [height, width], row-major, finite, of one size; at least one. Scale them first where they should compete as equals.</param>
    /// <param name="width">Columns.</param>
    /// <param name="share">Of each map's own maximum, 0 to 1; at 0 all that is positive is labelled.</param>
    /// <returns>0 where the largest is not positive or below its share; of equal maps the first.</returns>
    /// <exception cref="ArgumentException">There is no map, or they differ in size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static LabelImage Strongest(IReadOnlyList<ReadOnlyMemory<float>> maps, int width, double share = 0)
    {
        var (height, length) = SizeOf(maps, width);
        var labels = new int[length];
        PixelLabels.Strongest(maps, Localizer.Thresholds(maps, share), labels);
        return new LabelImage(width, height, labels);
    }

    /// <summary>The pixels of a label.</summary>
    public BinaryMask MaskOf(int label)
    {
        var pixels = new bool[Labels.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = Labels.Span[i] == label;
        return new BinaryMask(Width, pixels);
    }

    internal static (int Height, int Length) SizeOf(IReadOnlyList<ReadOnlyMemory<float>> maps, int width)
    {
        if (maps.Count == 0 || maps.Any(map => map.Length != maps[0].Length))
            throw new ArgumentException("at least one map is needed, and all of one size", nameof(maps));
        return (Plane.Rows(maps[0].Length, width), maps[0].Length);
    }
}
