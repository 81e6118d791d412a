using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Chooses a share of a photo's pixels to be covered.</summary>
internal static class Cover
{
    /// <summary>The share of the pixels.</summary>
    public const double Share = 0.2;

    /// <summary>Rows and columns of noise: its spots are as large as those of maps.</summary>
    private const int NoiseSide = 7;

    /// <summary>Smooth noise, from 0 to 1, of the grid of a photo.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    public static float[] Noise(int height, int width, ulong seed) =>
        RandomMap.Of(NoiseSide, NoiseSide, seed).ResizedTo(height, width).Values.ToArray();

    /// <summary>The pixels with the largest values and those with the smallest.</summary>
    /// <param name="values">A value for each pixel, none negative; one or more pixels.</param>
    /// <param name="order">As many values, none negative: of pixels with equal values those with the larger ones come first.</param>
    /// <returns>For each pixel whether it is covered, twice.</returns>
    public static (bool[] Most, bool[] Least) Of(ReadOnlySpan<float> values, ReadOnlySpan<float> order)
    {
        // The bits of numbers that are not negative are in the numbers' order.
        var keys = new ulong[values.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((ulong)BitConverter.SingleToUInt32Bits(values[i] + 0f) << 32) | BitConverter.SingleToUInt32Bits(order[i] + 0f);
        var sorted = keys.ToArray();
        Array.Sort(sorted);
        var count = Math.Clamp((int)Math.Round(Share * keys.Length), 1, keys.Length);
        var (high, low) = (sorted[^count], sorted[count - 1]);
        return (Array.ConvertAll(keys, key => key >= high), Array.ConvertAll(keys, key => key <= low));
    }
}
