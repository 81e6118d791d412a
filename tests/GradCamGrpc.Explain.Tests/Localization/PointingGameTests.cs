using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class PointingGameTests
{
    private static readonly BoundingBox[] Boxes = [new(0, 0, 2, 2), new(4, 1, 6, 3)];

    [Fact]
    public void Peak_TwoEqualMaxima_IsTheFirstRowByRow() =>
        Assert.Equal(new PixelPosition(0, 2), PointingGame.Peak([1, 2, 5, 5, 0, -7], 3));

    [Fact]
    public void Peak_NothingIsPositive_IsNoneAndNoHit()
    {
        Assert.Null(PointingGame.Peak([0, -1, 0, 0], 2));
        Assert.False(PointingGame.IsHit(null, Boxes, 100));
    }

    [Theory]
    [InlineData(1, 1, 0, true)]
    [InlineData(2, 5, 0, true)]             // the second box
    [InlineData(1, 2, 0, false)]            // between them
    [InlineData(1, 2, 1, true)]
    [InlineData(4, 4, 1, false)]
    [InlineData(4, 4, 2, true)]
    public void IsHit_PeakAndTolerance_IsInsideAnyBoxThatIsSoMuchWider(int row, int column, double tolerance, bool expected) =>
        Assert.Equal(expected, PointingGame.IsHit(new PixelPosition(row, column), Boxes, tolerance));

    [Fact]
    public void IsHit_NegativeTolerance_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PointingGame.IsHit(default, Boxes, -1));

    [Fact]
    public void ShareInside_TwoOverlappingBoxes_CountsAPixelOnceAndNoNegativeOne()
    {
        // 1 + 2 + 4 of 1 + 2 + 4 + 8; the -16 lies inside, too.
        var share = HeatEnergy.ShareInside([1, 2, 8, -16, 4, 0], 3, [new(0, 0, 2, 2), new(1, 0, 2, 2)]);

        Assert.Equal(7.0 / 15, share, 12);
    }

    [Fact]
    public void ShareInside_BoxCutsAPixel_CountsTheWholeOfIt()
    {
        Assert.Equal(0.5, HeatEnergy.ShareInside([1, 1], 2, [new(0.4, 0, 1, 1)]), 12);
        Assert.Equal(1.0, HeatEnergy.ShareInside([1, 1], 2, [new(0.4, 0, 1.1, 1)]), 12);
    }

    [Fact]
    public void ShareInside_NothingIsPositive_IsZero() => Assert.Equal(0, HeatEnergy.ShareInside([0, -1], 2, [new(0, 0, 2, 1)]));

    /// <summary>1 − 0.8² of 10 x 10 pixels; of the single ones by hand.</summary>
    [Fact]
    public void ShareInBorder_EvenMapAndSinglePixels_CountsWhoseCentreIsWithinTheDepth()
    {
        var even = Enumerable.Repeat(1f, 100).ToArray();
        Assert.Equal(0.36, HeatEnergy.ShareInBorder(even, 10, 0.1), 12);
        Assert.Equal(0, HeatEnergy.ShareInBorder(even, 10, 0.05), 12);
        Assert.Equal(1, HeatEnergy.ShareInBorder(even, 10, 0.5), 12);

        // 5 rows of 2: the first and last row, and no column, lie within a fifth.
        Assert.Equal(4.0 / 16, HeatEnergy.ShareInBorder([1, 0, 4, 4, 4, -9, 0, 0, 0, 3], 2, 0.2), 12);
    }

    [Fact]
    public void ShareInBorder_NothingIsPositiveOrDepthIsNone_IsZeroOrRefused()
    {
        Assert.Equal(0, HeatEnergy.ShareInBorder([0, -1], 2, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HeatEnergy.ShareInBorder([1, 1], 2, 0.6));
    }
}
