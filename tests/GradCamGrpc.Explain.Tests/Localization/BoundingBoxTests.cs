using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class BoundingBoxTests
{
    [Theory]
    [InlineData(0, 0, 4, 4, 1.0)]           // the same
    [InlineData(2, 0, 6, 4, 8.0 / 24)]      // half of it moved away
    [InlineData(1, 1, 3, 3, 4.0 / 16)]      // within
    [InlineData(4, 0, 8, 4, 0.0)]           // touches
    [InlineData(5, 5, 8, 8, 0.0)]           // apart on both axes
    [InlineData(3, 3, 1, 1, 0.0)]           // empty
    public void IntersectionOverUnion_OfFourByFourAndAnother_IsTheHandComputedOne(
        double left, double top, double right, double bottom, double expected)
    {
        var box = new BoundingBox(0, 0, 4, 4);
        var other = new BoundingBox(left, top, right, bottom);

        Assert.Equal(expected, box.IntersectionOverUnion(other), 12);
        Assert.Equal(expected, other.IntersectionOverUnion(box), 12);
    }

    [Fact]
    public void IntersectionOverUnion_BothEmpty_IsZero() => Assert.Equal(0, default(BoundingBox).IntersectionOverUnion(default));

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 4, true)]
    [InlineData(3, 4, false)]               // the row that begins where the box ends
    [InlineData(2, 5, false)]
    [InlineData(0, 2, false)]
    [InlineData(1, 1, false)]
    public void Contains_ColumnsTwoToFourOfRowsOneAndTwo_AreInside(int row, int column, bool expected) =>
        Assert.Equal(expected, new BoundingBox(2, 1, 5, 3).Contains(new PixelPosition(row, column)));

    [Fact]
    public void Centred_HalfOfTheColumnsAndAQuarterOfTheRows_HasAsMuchOnEitherSide() =>
        Assert.Equal(new BoundingBox(2, 3, 6, 5), BoundingBox.Centred(8, 8, 0.5, 0.25));
}
