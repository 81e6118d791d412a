namespace GradCamGrpc.Explain.Localization;

/// <summary>Values in rows.</summary>
internal static class Plane
{
    /// <summary>How many rows of a width there are.</summary>
    /// <exception cref="ArgumentException">The values are no whole number of rows.</exception>
    public static int Rows(int length, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return length % width == 0
            ? length / width
            : throw new ArgumentException($"{length} values are no whole number of rows of {width}", nameof(width));
    }
}
