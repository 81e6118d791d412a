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
        var columns = Taps(width, newWidth);
        var resized = new float[newHeight * newWidth];
        var y = 0;
        foreach (var row in Taps(height, newHeight))
        {
            var near = values.Slice(row.Near * width, width);
            var far = values.Slice(row.Far * width, width);
            for (var x = 0; x < newWidth; x++)
            {
                var column = columns[x];
                var upper = Mixed(near[column.Near], near[column.Far], column.Share);
                var lower = Mixed(far[column.Near], far[column.Far], column.Share);
                resized[y + x] = Mixed(upper, lower, row.Share);
            }
            y += newWidth;
        }
        return resized;
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
