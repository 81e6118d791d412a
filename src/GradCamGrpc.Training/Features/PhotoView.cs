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

    /// <summary>Views of several photos: for each as many, its crops its own.</summary>
    /// <param name="photos">How many photos.</param>
    /// <param name="count">How many views of each, from 1 on.</param>
    /// <param name="seed">Makes the crops.</param>
    public static IReadOnlyList<IReadOnlyList<PhotoView>> SeveralOfEach(int photos, int count, int seed) =>
        [.. Enumerable.Range(0, photos).Select(photo => Several(count, seed * 100_000 + photo))];

    /// <summary>Chooses one of a photo's views.</summary>
    /// <param name="views">The views; one at least is not mirrored.</param>
    /// <param name="mayBeMirrored">Whether it may be a mirrored one.</param>
    /// <param name="choice">Chooses.</param>
    /// <returns>Its index.</returns>
    internal static int Choose(IReadOnlyList<PhotoView> views, bool mayBeMirrored, Random choice)
    {
        int[] allowed = [.. Enumerable.Range(0, views.Count).Where(view => mayBeMirrored || !views[view].IsMirrored)];
        return allowed[choice.Next(allowed.Length)];
    }
}
