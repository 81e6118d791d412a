namespace GradCamGrpc.Training.Metrics;

/// <summary>A mean, and the interval in which 95 % of the means of resampled values lie (the percentile bootstrap, Efron 1979).</summary>
/// <param name="Mean">Of the values themselves.</param>
/// <param name="Lower">The 2.5th percentile of the resampled means.</param>
/// <param name="Upper">The 97.5th percentile of the resampled means.</param>
public sealed record BootstrapInterval(double Mean, double Lower, double Upper)
{
    private const double Outside = 0.05;

    /// <summary>The mean of some values with its interval. Equal values, seed and count of resamples give equal results.</summary>
    /// <param name="values">One or more, independent of one another, finite.</param>
    /// <param name="seed">Of the random numbers that resample.</param>
    /// <param name="resamples">Means to draw, 1 or more; each is of as many values, drawn with replacement.</param>
    /// <exception cref="ArgumentException">There are no values, one is not finite, or <paramref name="resamples"/> is below 1.</exception>
    public static BootstrapInterval OfMean(IReadOnlyList<double> values, int seed, int resamples = 10_000) =>
        OfGroups([.. values.Select(value => new[] { value })], seed, resamples);

    /// <summary>
    /// The mean of all values of some groups with its interval, where values of one group depend on each other, as answers about one photo
    /// do: whole groups are drawn (Davison and Hinkley 1997, section 3.8).
    /// </summary>
    /// <param name="groups">One or more of one or more values each, independent of one another, all values finite.</param>
    /// <param name="seed">Of the random numbers that resample.</param>
    /// <param name="resamples">Means to draw, 1 or more; each is of as many groups, drawn with replacement.</param>
    /// <exception cref="ArgumentException">
    /// There are no groups, one is empty, a value is not finite, or <paramref name="resamples"/> is below 1.
    /// </exception>
    public static BootstrapInterval OfGroups(IReadOnlyList<IReadOnlyList<double>> groups, int seed, int resamples = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        if (groups.Count == 0 || groups.Any(group => group.Count == 0))
            throw new ArgumentException("there are no values to take the mean of", nameof(groups));
        if (!groups.All(group => group.All(double.IsFinite)))
            throw new ArgumentException("a value is not finite, and so no mean is", nameof(groups));

        var random = new Random(seed);
        var sums = groups.Select(group => (Sum: group.Sum(), group.Count)).ToArray();
        var means = new double[resamples];
        foreach (ref var mean in means.AsSpan())
        {
            var (sum, count) = (0.0, 0);
            for (var draw = 0; draw < sums.Length; draw++)
            {
                var drawn = sums[random.Next(sums.Length)];
                sum += drawn.Sum;
                count += drawn.Count;
            }
            mean = sum / count;
        }
        Array.Sort(means);
        return new BootstrapInterval(groups.SelectMany(group => group).Average(), Quantile(means, Outside / 2), Quantile(means, 1 - Outside / 2));
    }

    /// <summary>Between two means, on the line from the one to the other.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
