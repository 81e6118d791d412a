using GradCamGrpc.Server.Video;

namespace GradCamGrpc.Server.Tests.Video;

public sealed class SmoothedMapTests
{
    [Fact]
    public void Next_FirstMap_IsAsItIs() => Assert.Equal([1f, -2f], new SmoothedMap(0.25).Next(new float[] { 1, -2 }, TimeSpan.FromSeconds(9)).ToArray());

    /// <summary>0.25 * 8 + 0.75 * 4 = 5.</summary>
    [Fact]
    public void Next_ThirtiethOfASecondLater_WeighsByTheFactor()
    {
        var map = new SmoothedMap(0.25);
        map.Next(new float[] { 4 }, TimeSpan.Zero);

        Assert.Equal(5, map.Next(new float[] { 8 }, SmoothedMap.Interval).Span[0], 1e-5);
    }

    /// <summary>1 - 0.75^2 = 0.4375; 0.4375 * 16 = 7.</summary>
    [Fact]
    public void Next_TwiceAsLate_WeighsAsTwoFramesWould()
    {
        var once = new SmoothedMap(0.25);
        var twice = new SmoothedMap(0.25);
        once.Next(new float[] { 0 }, TimeSpan.Zero);
        twice.Next(new float[] { 0 }, TimeSpan.Zero);
        twice.Next(new float[] { 16 }, SmoothedMap.Interval);

        Assert.Equal(7, once.Next(new float[] { 16 }, 2 * SmoothedMap.Interval).Span[0], 1e-4);
        Assert.Equal(7, twice.Next(new float[] { 16 }, 2 * SmoothedMap.Interval).Span[0], 1e-4);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 8)]
    public void Next_FactorAtAnEnd_KeepsTheFirstOrTheLast(double factor, float expected)
    {
        var map = new SmoothedMap(factor);
        map.Next(new float[] { 4 }, TimeSpan.Zero);

        Assert.Equal(expected, map.Next(new float[] { 8 }, TimeSpan.FromSeconds(1)).Span[0]);
    }

    [Fact]
    public void Next_Map_IsNotChangedItself()
    {
        var map = new SmoothedMap(0.5);
        map.Next(new float[] { 4 }, TimeSpan.Zero);
        var next = new float[] { 8 };

        map.Next(next, SmoothedMap.Interval);

        Assert.Equal(8, next[0]);
    }
}
