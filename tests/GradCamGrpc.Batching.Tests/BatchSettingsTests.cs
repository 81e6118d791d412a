namespace GradCamGrpc.Batching.Tests;

public sealed class BatchSettingsTests
{
    /// <summary>The policy was of 8 items and 3 ms. What was set of it is not known to be what would be measured, nor is a delay of another size.</summary>
    [Theory]
    [InlineData(null, null, null, null, 8, 3)]
    [InlineData(5, 7, null, null, 5, 7)]
    [InlineData(5, null, null, null, 5, null)]
    [InlineData(8, null, null, null, 8, 3)]
    [InlineData(null, 0, null, null, 8, 0)]
    [InlineData(null, null, 8, null, null, null)]
    [InlineData(null, 7, 8, null, null, 7)]
    [InlineData(8, null, 8, null, 8, 3)]
    [InlineData(5, null, 8, null, 5, null)]
    [InlineData(null, null, null, 3, 8, null)]
    [InlineData(null, null, 8, 3, null, null)]
    [InlineData(5, 7, 8, 3, 5, 7)]
    public void Keeping_PolicyOfOtherSettings_TakesOverWhatWasMeasuredAlike(
        int? size, int? delay, int? sizeBefore, int? delayBefore, int? expectedSize, int? expectedDelay)
    {
        var kept = Settings(size, delay).Keeping(Settings(sizeBefore, delayBefore), new BatchPolicy(8, TimeSpan.FromMilliseconds(3)));

        Assert.Equal(Settings(expectedSize, expectedDelay), kept);
    }

    /// <summary>An item takes 10 ms alone, and 6 ms at best.</summary>
    [Theory]
    [InlineData(6.59, 4)]
    [InlineData(6.61, 8)]
    public void Choose_BatchesOfSeveralSizes_TakesTheSmallestThatIsNearlyAsGood(double perItemOfFour, int expected)
    {
        BatchTiming[] timings =
        [
            new(16, 16 * TimeSpan.FromMilliseconds(6)), new(8, 8 * TimeSpan.FromMilliseconds(6.5)),
            new(4, 4 * TimeSpan.FromMilliseconds(perItemOfFour)), new(1, TimeSpan.FromMilliseconds(10)),
        ];

        Assert.Equal(expected, Settings(null, null).Choose(timings).MaxBatchSize);
    }

    /// <summary>A lone item waits for others only where four together take less than twice as long.</summary>
    [Theory]
    [InlineData(19.9, 1)]
    [InlineData(20, 0)]
    public void Choose_NoDelayIsSet_WaitsWhereBatchesAreCheap(double four, int expected)
    {
        BatchTiming[] timings = [new(1, TimeSpan.FromMilliseconds(10)), new(4, TimeSpan.FromMilliseconds(four))];

        Assert.Equal(TimeSpan.FromMilliseconds(expected), Settings(null, null).Choose(timings).MaxDelay);
    }

    private static BatchSettings Settings(int? size, int? milliseconds) =>
        new(size, milliseconds is { } delay ? TimeSpan.FromMilliseconds(delay) : null);
}
