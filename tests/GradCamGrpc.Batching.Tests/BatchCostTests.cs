namespace GradCamGrpc.Batching.Tests;

/// <summary>The first batch of a size sets the mean of an item and half of it as the deviation; later ones move these by an eighth and a quarter.</summary>
public sealed class BatchCostTests
{
    private readonly BatchCost _cost = new();

    [Fact]
    public void Expected_NothingIsKnown_IsAMillisecondAnItem() => Assert.Equal(Milliseconds(3), _cost.Expected(3));

    /// <summary>10 + (20 - 10) / 8; the deviation is 5 + (10 - 5) / 4.</summary>
    [Fact]
    public void Learn_TwoBatches_MovesMeanAndDeviation()
    {
        _cost.Learn(1, Milliseconds(10));
        _cost.Learn(1, Milliseconds(20));

        Assert.Equal((Milliseconds(11.25), Milliseconds(11.25 + 2 * 6.25)), (_cost.Expected(1), _cost.Cautious(1)));
    }

    /// <summary>It counts as 40 ms: 10 + 30 / 8, and 5 + (30 - 5) / 4.</summary>
    [Fact]
    public void Learn_OneBatchTakesFarLonger_CountsAsFourTimesTheMean()
    {
        _cost.Learn(1, Milliseconds(10));
        _cost.Learn(1, Milliseconds(10_000));

        Assert.Equal((Milliseconds(13.75), Milliseconds(13.75 + 2 * 11.25)), (_cost.Expected(1), _cost.Cautious(1)));
    }

    /// <summary>Four items take 40 ms. More are expected to take as long each; one no longer than the fewest that were in such a batch, three.</summary>
    [Theory]
    [InlineData(8, 80)]
    [InlineData(3, 30)]
    [InlineData(1, 30)]
    public void Expected_AnotherSizeIsKnown_IsABound(int size, int milliseconds)
    {
        _cost.Learn(4, Milliseconds(40));

        Assert.Equal(Milliseconds(milliseconds), _cost.Expected(size));
    }

    private static TimeSpan Milliseconds(double count) => TimeSpan.FromMilliseconds(count);
}
