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
    public static BootstrapInterval OfMean(IReadOnlyList<double> values, int seed, int resamples = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        if (values.Count == 0)
            throw new ArgumentException("there are no values to take the mean of", nameof(values));
        if (!values.All(double.IsFinite))
            throw new ArgumentException("a value is not finite, and so no mean is", nameof(values));

        var random = new Random(seed);
        var means = new double[resamples];
        foreach (ref var mean in means.AsSpan())
        {
            var sum = 0.0;
            for (var draw = 0; draw < values.Count; draw++)
                sum += values[random.Next(values.Count)];
            mean = sum / values.Count;
        }
        Array.Sort(means);
        return new BootstrapInterval(values.Average(), Quantile(means, Outside / 2), Quantile(means, 1 - Outside / 2));
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
