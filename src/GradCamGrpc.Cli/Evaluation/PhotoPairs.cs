namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Draws pairs of photos of different classes.</summary>
internal static class PhotoPairs
{
    /// <summary>Draws pairs, no pair twice in the same order; all photos are used about equally often.</summary>
    /// <param name="photos">The photos.</param>
    /// <param name="count">How many pairs, at most.</param>
    /// <param name="seed">The same seed draws the same pairs.</param>
    /// <returns>As many as there are, where there are fewer; none where all photos are of one class.</returns>
    public static IReadOnlyList<(BoxedPhoto Left, BoxedPhoto Right)> Draw(IReadOnlyList<BoxedPhoto> photos, int count, int seed)
    {
        var shuffled = photos.ToArray();
        new Random(seed).Shuffle(shuffled);
        return
        [
            .. Neighbours(shuffled.Length)
                .Select(pair => (Left: shuffled[pair.First], Right: shuffled[pair.Second]))
                .Where(pair => pair.Left.ClassIndex != pair.Right.ClassIndex)
                .Take(count),
        ];
    }

    /// <summary>All ordered pairs of places on a ring, near ones first; at first each place once.</summary>
    private static IEnumerable<(int First, int Second)> Neighbours(int count)
    {
        for (var distance = 1; distance < count; distance++)
        {
            for (var parity = 0; parity < 2; parity++)
            {
                for (var i = parity; i < count; i += 2)
                    yield return (i, (i + distance) % count);
            }
        }
    }
}
