namespace GradCamGrpc.Explain.Localization;

/// <summary>Splits masks into what hangs together.</summary>
public static class ConnectedComponents
{
    /// <summary>The components of a mask, 4-connected: pixels that only touch at a corner are apart.</summary>
    /// <returns>The one of most pixels first; of equal ones that whose first pixel, row by row, comes first. None for an empty mask.</returns>
    public static IReadOnlyList<ConnectedComponent> Find(BinaryMask mask)
    {
        var left = mask.Pixels.ToArray();
        var pending = new Stack<int>();
        var found = new List<ConnectedComponent>();
        for (var first = Array.IndexOf(left, true); first >= 0; first = Array.IndexOf(left, true, first + 1))
            found.Add(Take(first, left, mask.Width, pending));
        return [.. found.OrderByDescending(component => component.PixelCount)];
    }

    /// <summary>Takes the component of a pixel out of what is left.</summary>
    private static ConnectedComponent Take(int first, bool[] left, int width, Stack<int> pending)
    {
        var (west, east, north, south, count) = (width, 0, int.MaxValue, 0, 0);
        Claim(first);
        while (pending.TryPop(out var pixel))
        {
            var (row, column) = Math.DivRem(pixel, width);
            (west, east) = (Math.Min(west, column), Math.Max(east, column));
            (north, south) = (Math.Min(north, row), Math.Max(south, row));
            count++;
            if (column > 0)
                Claim(pixel - 1);
            if (column < width - 1)
                Claim(pixel + 1);
            if (pixel >= width)
                Claim(pixel - width);
            if (pixel + width < left.Length)
                Claim(pixel + width);
        }
        return new ConnectedComponent(new BoundingBox(west, north, east + 1, south + 1), count);

        void Claim(int pixel)
        {
            if (!left[pixel])
                return;
            left[pixel] = false;
            pending.Push(pixel);
        }
    }
}
