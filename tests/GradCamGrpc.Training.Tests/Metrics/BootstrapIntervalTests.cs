using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class BootstrapIntervalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void OfMean_FiftyOfAHundredRight_IsTheBinomialInterval(int seed)
    {
        // A resampled mean is a hundredth of Binomial(100, 1/2). P(X <= 39) = 0.0176 and P(X <= 40) = 0.0284 lie either side of 0.025, and of
        // 0.975 likewise 60: the 95 % interval is 0.40 to 0.60. At 90 % it is 0.42 to 0.58, at 99 % 0.37 to 0.63.
        // With 40 000 resamples the shares are known to 0.0008 at one standard deviation, four of which fit between 0.0284 and 0.025.
        var values = Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? 1.0 : 0.0).ToArray();

        Assert.Equal(new BootstrapInterval(0.5, 0.4, 0.6), BootstrapInterval.OfMean(values, seed, resamples: 40_000));
    }

    [Fact]
    public void OfMean_SkewedValues_IsThePercentileIntervalNotItsMirrorImage()
    {
        // A quarter of Binomial(4, 1/4): 0 with 0.316, 3/4 or more with 0.051, 1 with 0.004. So 0 to 3/4; reflected at the mean it were
        // -1/4 to 1/2.
        Assert.Equal(new BootstrapInterval(0.25, 0, 0.75), BootstrapInterval.OfMean([0, 1, 0, 0], seed: 7));
    }

    [Fact]
    public void OfMean_TwoResamples_InterpolatesBetweenTheirMeans()
    {
        // Of means a < b the percentiles are a + 0.025 (b - a) and a + 0.975 (b - a). Of the values 0 and 1 the means are 0, 1/2 or 1, and in
        // one of eight seeds the two are 0 and 1.
        var widest = Enumerable.Range(0, 100)
            .Select(seed => BootstrapInterval.OfMean([0, 1], seed, resamples: 2))
            .MaxBy(interval => interval.Upper - interval.Lower);

        Assert.NotNull(widest);
        Assert.Equal(0.025, widest.Lower, 12);
        Assert.Equal(0.975, widest.Upper, 12);
    }

    [Fact]
    public void OfMean_AllValuesEqual_IsAPoint() =>
        Assert.Equal(new BootstrapInterval(0.5, 0.5, 0.5), BootstrapInterval.OfMean([0.5, 0.5, 0.5], seed: 1));

    [Fact]
    public void OfMean_OneResample_IsItsMeanOnBothSides()
    {
        var interval = BootstrapInterval.OfMean([1, 2, 4, 8], seed: 1, resamples: 1);

        Assert.Equal(3.75, interval.Mean);
        Assert.Equal(interval.Lower, interval.Upper);
    }

    [Fact]
    public void OfMean_SameSeed_IsTheSameAndAnotherSeedIsNot()
    {
        double[] values = [0.11, 0.23, 0.37, 0.59, 0.71, 0.97];

        Assert.Equal(BootstrapInterval.OfMean(values, seed: 1), BootstrapInterval.OfMean(values, seed: 1));
        Assert.NotEqual(BootstrapInterval.OfMean(values, seed: 1, resamples: 50), BootstrapInterval.OfMean(values, seed: 2, resamples: 50));
    }

    [Fact]
    public void OfGroups_TwoPhotos_ResamplesWholePhotos()
    {
        // Of the photos {1} and {0, 0, 0} four draws make {1, 1}: 1, {1, 0, 0, 0}: 1/4 twice, {0, 0, 0, 0, 0, 0}: 0. The mean is that of all values.
        Assert.Equal(new BootstrapInterval(0.25, 0, 1), BootstrapInterval.OfGroups([[1.0], [0.0, 0.0, 0.0]], seed: 3));
    }

    [Fact]
    public void OfGroups_GroupsThatAreAllAlike_HaveNoInterval()
    {
        // Resampled one by one, the values' means would run from 0 to 1.
        Assert.Equal(new BootstrapInterval(0.5, 0.5, 0.5), BootstrapInterval.OfGroups([[1.0, 0.0], [0.0, 1.0]], seed: 3));
    }

    [Fact]
    public void OfGroups_EmptyGroup_IsRefused() =>
        Assert.Throws<ArgumentException>(() => BootstrapInterval.OfGroups([[1.0], []], seed: 1));

    [Fact]
    public void OfMean_NoValues_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => BootstrapInterval.OfMean([], seed: 1));

        Assert.Contains("there are no values", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void OfMean_ValueIsNotFinite_IsRefused(double value)
    {
        var error = Assert.Throws<ArgumentException>(() => BootstrapInterval.OfMean([1, value], seed: 1));

        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfMean_NoResamples_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapInterval.OfMean([1], seed: 1, resamples: 0));
}
