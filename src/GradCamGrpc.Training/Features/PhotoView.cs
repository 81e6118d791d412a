namespace GradCamGrpc.Training.Features;

/// <summary>How training looks at a photo.</summary>
/// <param name="Left">The left edge of what is seen, as a share of the width; 0..<see cref="Margin"/>; null for the whole photo.</param>
/// <param name="Top">The upper edge, as a share of the height; null for the whole photo.</param>
/// <param name="IsMirrored">Whether left and right are exchanged.</param>
public sealed record PhotoView(double? Left, double? Top, bool IsMirrored)
{
    /// <summary>The share of each side that a cropped view leaves out: 32 of 256 pixels.</summary>
    public const double Margin = 0.125;

    /// <summary>The whole photo as it is: what is seen when a head is used.</summary>
    public static PhotoView Whole { get; } = new(null, null, IsMirrored: false);

    /// <summary>Views of one photo: the whole one, its mirror image, and random crops, every other one mirrored.</summary>
    /// <param name="count">How many, from 1 on.</param>
    /// <param name="seed">Makes the crops.</param>
    public static IReadOnlyList<PhotoView> Several(int count, int seed)
    {
        var random = new Random(seed);
        PhotoView[] views =
        [
            Whole,
            Whole with { IsMirrored = true },
            .. Enumerable.Range(0, Math.Max(count - 2, 0))
                .Select(i => new PhotoView(random.NextDouble() * Margin, random.NextDouble() * Margin, IsMirrored: i % 2 == 1)),
        ];
        return views[..count];
    }
}
