using System.Buffers;
using System.Numerics;

namespace GradCamGrpc.Explain.Fusion;

/// <summary>Makes one map of those that one score and method have at several layers.</summary>
/// <remarks>
/// As pytorch-grad-cam aggregates target layers, but on the finest layer's grid instead of the photo's pixels: what is between its positions
/// no layer has seen, and a map is a hundredth as large.
/// </remarks>
public static class LayerFusion
{
    // The reference's: keeps a map of zeros zero.
    private const float DivisionGuard = 1e-7f;

    /// <summary>
    /// Of each map v, after the ReLU: (v − min v) / (1e-7 + max(v − min v)) on its own grid, so that every layer has the same say; then
    /// bilinear to the common grid, which has the most rows and columns of any layer; there the mean or the maximum over the layers.
    /// </summary>
    /// <param name="maps">The maps, one or more; of several channels <see cref="SaliencyMap.Heat"/> is taken.</param>
    /// <param name="rule">The mean or the maximum.</param>
    /// <returns>One channel, 0 to 1. All zero where all the maps are, and flat where the score is at all the layers.</returns>
    public static SaliencyMap Fuse(IReadOnlyList<SaliencyMap> maps, FusionRule rule)
    {
        ArgumentOutOfRangeException.ThrowIfZero(maps.Count, nameof(maps));
        var (height, width) = (maps.Max(map => map.Shape.Height), maps.Max(map => map.Shape.Width));
        var fused = new float[height * width];
        var pooled = ArrayPool<float>.Shared.Rent(fused.Length);
        var placed = pooled.AsSpan(0, fused.Length);
        foreach (var map in maps)
        {
            BilinearGrid.Resize(Scaled(map.Heat().Span), map.Shape.Height, map.Shape.Width, height, width, placed);
            if (rule is FusionRule.Mean)
                AddShare(placed, maps.Count, fused);
            else
                TakeLarger(placed, fused);
        }
        ArrayPool<float>.Shared.Return(pooled);
        return maps[0] with
        {
            Layer = null,
            Shape = new MapShape(1, height, width),
            Values = fused,
            ScoreIsFlat = maps.All(map => map.ScoreIsFlat),
            FusedLayers = [.. maps.Select(map => map.Layer!)],
        };
    }

    private static void AddShare(ReadOnlySpan<float> values, float count, Span<float> sums)
    {
        var i = 0;
        for (; i <= sums.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sums[i..]) + new Vector<float>(values[i..]) / new Vector<float>(count)).CopyTo(sums[i..]);
        for (; i < sums.Length; i++)
            sums[i] += values[i] / count;
    }

    private static void TakeLarger(ReadOnlySpan<float> values, Span<float> largest)
    {
        for (var i = 0; i < largest.Length; i++)
            largest[i] = Math.Max(largest[i], values[i]);
    }

    private static float[] Scaled(ReadOnlySpan<float> values)
    {
        var scaled = values.ToArray();
        foreach (ref var value in scaled.AsSpan())
            value = Math.Max(value, 0);
        var least = scaled.Min();
        var divisor = DivisionGuard + (scaled.Max() - least);
        foreach (ref var value in scaled.AsSpan())
            value = (value - least) / divisor;
        return scaled;
    }
}
