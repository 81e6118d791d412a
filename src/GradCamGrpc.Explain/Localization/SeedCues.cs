namespace GradCamGrpc.Explain.Localization;

/// <summary>
/// Where a segmentation can start from: the pixels that one class's map alone marks (Kolesnikov and Lampert 2016, "Seed, expand and
/// constrain"; Selvaraju et al. 2017, section 4.2).
/// </summary>
public static class SeedCues
{
    /// <summary>Labels the pixels that belong to the mask of exactly one map.</summary>
    /// <param name="maps">A class each: [height, width], row-major, finite, of one size; at least one.</param>
    /// <param name="width">Columns.</param>
    /// <param name="share">Of each map's own maximum, 0 to 1.</param>
    /// <returns>0 where no map marks the pixel, or where several do: what is ambiguous is no cue.</returns>
    /// <exception cref="ArgumentException">There is no map, or they differ in size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static LabelImage Find(IReadOnlyList<ReadOnlyMemory<float>> maps, int width, double share)
    {
        var (height, length) = LabelImage.SizeOf(maps, width);
        var labels = new int[length];
        PixelLabels.SeedCues(maps, Localizer.Thresholds(maps, share), labels);
        return new LabelImage(width, height, labels);
    }
}
