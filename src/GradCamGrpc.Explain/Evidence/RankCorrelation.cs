namespace GradCamGrpc.Explain.Evidence;

/// <summary>How far two lists agree on the order of their places, whatever their values.</summary>
public static class RankCorrelation
{
    /// <summary>
    /// The rank correlation of Spearman (1904): Pearson's correlation of the ranks, where equal values share the mean of their ranks.
    /// </summary>
    /// <param name="first">Values, none of them NaN.</param>
    /// <param name="second">As many values, none of them NaN.</param>
    /// <returns>−1 (the reverse order) to 1 (the same order); null where a list has no order: all its values are equal, or it is empty.</returns>
    /// <exception cref="ArgumentException">The lists are of different lengths, or a value is NaN.</exception>
    public static double? Spearman(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"{first.Length} values cannot be compared with {second.Length}", nameof(second));

        var (a, b) = (Ranks(first), Ranks(second));
        var mean = (first.Length + 1) / 2.0;
        double product = 0, squaresOfA = 0, squaresOfB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            product += (a[i] - mean) * (b[i] - mean);
            squaresOfA += (a[i] - mean) * (a[i] - mean);
            squaresOfB += (b[i] - mean) * (b[i] - mean);
        }

        // Ranks are halves of integers: of equal values the deviations are exactly 0.
        return squaresOfA == 0 || squaresOfB == 0
            ? null
            : Math.Clamp(product / Math.Sqrt(squaresOfA * squaresOfB), -1, 1);
    }

    /// <summary>The rank of each value, from 1 for the least; equal values share the mean of the ranks they take up.</summary>
    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        if (values.ContainsAnyExceptInRange(float.NegativeInfinity, float.PositiveInfinity))
            throw new ArgumentException("a value is not a number, and has no rank", nameof(values));

        var sorted = values.ToArray();
        var places = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(sorted, places);
        var ranks = new double[values.Length];
        for (var first = 0; first < sorted.Length;)
        {
            var next = first + 1;
            while (next < sorted.Length && sorted[next] == sorted[first])
                next++;
            for (var i = first; i < next; i++)
                ranks[places[i]] = (first + 1 + next) / 2.0;
            first = next;
        }
        return ranks;
    }
}
