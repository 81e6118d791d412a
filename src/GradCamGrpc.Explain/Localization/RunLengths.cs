namespace GradCamGrpc.Explain.Localization;

/// <summary>A mask as COCO writes it: the lengths of its runs, column by column.</summary>
/// <param name="Width">The mask's columns.</param>
/// <param name="Height">The mask's rows.</param>
/// <param name="Counts">
/// Pixels outside, inside, outside … in turn, down the first column, then the next; the first is 0 where the first pixel is inside. They
/// sum up to width times height.
/// </param>
public sealed record RunLengths(int Width, int Height, IReadOnlyList<int> Counts)
{
    /// <summary>The runs of a mask.</summary>
    public static RunLengths Encode(BinaryMask mask)
    {
        var counts = new List<int>();
        var (inside, run) = (false, 0);
        for (var column = 0; column < mask.Width; column++)
        {
            for (var row = 0; row < mask.Height; row++)
            {
                if (mask[row, column] != inside)
                {
                    counts.Add(run);
                    (inside, run) = (!inside, 0);
                }
                run++;
            }
        }
        counts.Add(run);
        return new RunLengths(mask.Width, mask.Height, counts);
    }

    /// <summary>The mask of the runs.</summary>
    /// <exception cref="FormatException">A run is negative, or they do not sum up to the mask's pixels.</exception>
    public BinaryMask Decode()
    {
        var pixels = new bool[Width * Height];
        var at = 0;
        for (var i = 0; i < Counts.Count; i++)
        {
            var end = (long)at + Counts[i];
            if (Counts[i] < 0 || end > pixels.Length)
                throw new FormatException($"run {i} is {Counts[i]}; 0 to {pixels.Length - at} pixels are left of {Width} x {Height}");
            for (; at < end; at++)
                pixels[at % Height * Width + at / Height] = i % 2 == 1;
        }
        return at == pixels.Length
            ? new BinaryMask(Width, pixels)
            : throw new FormatException($"the runs are {at} pixels; the mask has {Width} x {Height}");
    }
}
