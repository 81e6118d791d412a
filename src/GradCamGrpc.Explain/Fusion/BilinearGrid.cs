using System.Numerics;

namespace GradCamGrpc.Explain.Fusion;

/// <summary>Values in rows on another grid: bilinear, the centres of positions at half indices, the border continued.</summary>
internal static class BilinearGrid
{
    /// <summary>Two neighbours and the second one's share.</summary>
    private readonly record struct Tap(int Near, int Far, float Share);

    /// <param name="values">height · width values, row-major.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="newHeight">Rows of the other grid.</param>
    /// <param name="newWidth">Columns of the other grid.</param>
    public static float[] Resize(ReadOnlySpan<float> values, int height, int width, int newHeight, int newWidth)
    {
        var resized = new float[newHeight * newWidth];
        Resize(values, height, width, newHeight, newWidth, resized);
        return resized;
    }

    /// <param name="values">height · width values, row-major.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="newHeight">Rows of the other grid.</param>
    /// <param name="newWidth">Columns of the other grid.</param>
    /// <param name="resized">Takes newHeight · newWidth values.</param>
    public static void Resize(ReadOnlySpan<float> values, int height, int width, int newHeight, int newWidth, Span<float> resized)
    {
        var wide = Widened(values, height, width, newWidth);
        var y = 0;
        foreach (var row in Taps(height, newHeight))
        {
            Mix(wide.AsSpan(row.Near * newWidth, newWidth), wide.AsSpan(row.Far * newWidth, newWidth), row.Share, resized.Slice(y, newWidth));
            y += newWidth;
        }
    }

    private static float[] Widened(ReadOnlySpan<float> values, int height, int width, int newWidth)
    {
        var columns = Taps(width, newWidth);
        var wide = new float[height * newWidth];
        for (var y = 0; y < height; y++)
        {
            var row = values.Slice(y * width, width);
            for (var x = 0; x < newWidth; x++)
            {
                var column = columns[x];
                wide[y * newWidth + x] = Mixed(row[column.Near], row[column.Far], column.Share);
            }
        }
        return wide;
    }

    private static void Mix(ReadOnlySpan<float> ones, ReadOnlySpan<float> others, float share, Span<float> mixed)
    {
        var x = 0;
        for (; x <= mixed.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var one = new Vector<float>(ones[x..]);
            (one + (new Vector<float>(others[x..]) - one) * share).CopyTo(mixed[x..]);
        }
        for (; x < mixed.Length; x++)
            mixed[x] = Mixed(ones[x], others[x], share);
    }

    private static float Mixed(float one, float other, float share) => one + (other - one) * share;

    private static Tap[] Taps(int positions, int newPositions)
    {
        var taps = new Tap[newPositions];
        for (var i = 0; i < newPositions; i++)
        {
            var place = Math.Max((i + 0.5) / newPositions * positions - 0.5, 0);
            var near = Math.Min((int)place, positions - 1);
            taps[i] = new Tap(near, Math.Min(near + 1, positions - 1), (float)(place - near));
        }
        return taps;
    }
}
