namespace GradCamGrpc.Benchmarks;

/// <summary>Percentiles by nearest rank: of n sorted values the ceil(share * n)-th.</summary>
internal static class Percentiles
{
    /// <param name="values">In any order.</param>
    /// <param name="share">0 to 1.</param>
    /// <returns>The smallest of the values that so large a share of them does not exceed; NaN where there are none.</returns>
    public static double Percentile(this IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
