namespace GradCamGrpc.Explain.Localization;

/// <summary>From a map to boxes: what is warm enough, and the box around it (Selvaraju et al. 2017, section 4.1).</summary>
/// <remarks>Maps are finite values [height, width], row-major. Only what is positive belongs to a mask.</remarks>
public static class Localizer
{
    /// <summary>The share of the maximum from which on a pixel belongs to the object: the paper's 15 %.</summary>
    public const double DefaultShare = 0.15;

    /// <summary>The positive pixels whose value is at least a share of the map's maximum.</summary>
    /// <param name="heat">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="share">0 to 1; 0 takes every positive pixel.</param>
    /// <returns>An empty mask where nothing is positive: a map that says nothing marks nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static BinaryMask Mask(ReadOnlySpan<float> heat, int width, double share = DefaultShare)
    {
        var threshold = Threshold(Maximum(heat), share);
        var pixels = new bool[heat.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = heat[i] >= threshold;
        return new BinaryMask(width, pixels);
    }

    /// <summary>The value from which on a pixel belongs to the mask of a map.</summary>
    /// <param name="maximum">The map's.</param>
    /// <param name="share">Of the maximum, 0 to 1.</param>
    /// <returns>Above 0: nothing reaches it where nothing is positive.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static float Threshold(float maximum, double share) => share is >= 0 and <= 1
        ? Math.Max((float)(share * maximum), float.Epsilon)
        : throw new ArgumentOutOfRangeException(nameof(share), share, "it is from 0 to 1");

    /// <summary>The boxes around all components of the mask at a share, that of most pixels first.</summary>
    /// <param name="heat">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="share">Of the maximum, 0 to 1.</param>
    /// <returns>None where nothing is positive.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static IReadOnlyList<BoundingBox> Boxes(ReadOnlySpan<float> heat, int width, double share = DefaultShare) =>
        [.. ConnectedComponents.Find(Mask(heat, width, share)).Select(component => component.Box)];

    /// <summary>The box around the component of most pixels of the mask at a share.</summary>
    /// <param name="heat">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="share">Of the maximum, 0 to 1.</param>
    /// <returns>Null where nothing is positive.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static BoundingBox? LargestBox(ReadOnlySpan<float> heat, int width, double share = DefaultShare) =>
        Boxes(heat, width, share) is [var largest, ..] ? largest : null;

    private static float Maximum(ReadOnlySpan<float> heat)
    {
        var maximum = 0f;
        foreach (var value in heat)
            maximum = Math.Max(maximum, value);
        return maximum;
    }
}
