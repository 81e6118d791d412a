using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Explain.Tests.Localization;

public sealed class LocalizerTests
{
    /// <summary>A large warm thing at the right and a small hot one at the left.</summary>
    private static readonly float[] Heat =
    [
        10, 0, 3, 3,
        -9, 1, 3, 3,
        0, 0, 0, 2,
    ];

    [Fact]
    public void Mask_AtAShare_TakesWhatEqualsIt() =>
        Assert.Equal(["#.##", "..##", "...."], Masks.Rows(Localizer.Mask(Heat, 4, 0.3)));

    [Fact]
    public void Mask_AtTheDefaultShare_IsThePapersFifteenPercent() =>
        Assert.Equal(["#.##", "..##", "...#"], Masks.Rows(Localizer.Mask(Heat, 4)));

    [Fact]
    public void Mask_AtOne_IsTheMaximumAlone() => Assert.Equal(["#...", "....", "...."], Masks.Rows(Localizer.Mask(Heat, 4, 1)));

    [Fact]
    public void Mask_AtZero_IsAllThatIsPositive() => Assert.Equal(["#.##", ".###", "...#"], Masks.Rows(Localizer.Mask(Heat, 4, 0)));

    /// <summary>15 % of the smallest positive number is no number of single precision.</summary>
    [Fact]
    public void Mask_HardlyPositiveMap_IsWhatIsPositive() =>
        Assert.Equal([".#.."], Masks.Rows(Localizer.Mask([0, float.Epsilon, -1, 0], 4)));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Mask_ShareOutsideOfZeroToOne_IsRefused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(share), () => Localizer.Mask(Heat, 4, share));

    [Fact]
    public void LargestBox_SmallHotThingAndLargeWarmOne_IsAroundTheLarge() =>
        Assert.Equal(new BoundingBox(2, 0, 4, 2), Localizer.LargestBox(Heat, 4, 0.3));

    [Fact]
    public void Boxes_SmallHotThingAndLargeWarmOne_AreBoth() =>
        Assert.Equal([new BoundingBox(2, 0, 4, 3), new BoundingBox(0, 0, 1, 1)], Localizer.Boxes(Heat, 4));

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    public void LargestBox_NothingIsPositive_IsNoneAtAnyShare(float value)
    {
        float[] heat = [value, value, value, value];

        Assert.All([0, 0.15, 1], share => Assert.Null(Localizer.LargestBox(heat, 2, share)));
        Assert.Empty(Localizer.Boxes(heat, 2));
    }
}
