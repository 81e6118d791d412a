using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests;

public sealed class PhotoBoxesTests
{
    private const int Width = 40;
    private const int Height = 30;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Read_NoWidthOrHeightAboveZero_IsInvalid(double width, double height)
    {
        AssertInvalid("boxes[1]", [Box(5, 5, 1, 1), Box(5, 5, width, height)]);
    }

    [Theory]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    [InlineData(1e20)]
    public void Read_PlaceIsNoNumberOrTooFarForTheWidth_IsInvalid(double x)
    {
        AssertInvalid("boxes[0]", [Box(x, 5, 1, 1)]);
    }

    [Fact]
    public void Read_BordersOverflow_IsInvalid() => AssertInvalid("boxes[0]", [Box(double.MaxValue, 0, double.MaxValue, 1)]);

    [Fact]
    public void Read_AHundredBoxes_AreAllThereAndOneMoreIsInvalid()
    {
        Assert.Equal(100, Read([.. Enumerable.Repeat(Box(0, 0, 1, 1), 100)]).Boxes.Count);
        AssertInvalid("boxes", [.. Enumerable.Repeat(Box(0, 0, 1, 1), 101)]);
    }

    [Fact]
    public void CutTo_BoxReachesBeyond_IsCutOff()
    {
        var boxes = Read([Box(-5, 10, 20, 100), Box(39.5, -1, 1000, 1.5), Box(1, 2, 3, 4)]);

        Assert.Equal(
            [new BoundingBox(0, 10, 15, 30), new BoundingBox(39.5, 0, 40, 0.5), new BoundingBox(1, 2, 4, 6)], boxes.CutTo(Width, Height).Boxes);
    }

    [Theory]
    [InlineData(40, 0, 5, 5)]
    [InlineData(0, 30, 5, 5)]
    [InlineData(-5, 0, 5, 5)]
    [InlineData(0, -5, 5, 5)]
    [InlineData(100, 100, 1, 1)]
    public void CutTo_BoxTouchesAtMost_IsInvalidAndNamed(double x, double y, double width, double height)
    {
        var boxes = Read([Box(0, 0, 1, 1), Box(x, y, width, height)]);

        var fault = Assert.Throws<InvalidRequestException>(() => boxes.CutTo(Width, Height));

        Assert.Equal("boxes[1]", Assert.Single(fault.Violations).Field);
    }

    private static PixelRectangle Box(double x, double y, double width, double height) => new() { X = x, Y = y, Width = width, Height = height };

    private static PhotoBoxes Read(PixelRectangle[] rectangles)
    {
        var faults = new Violations();
        var boxes = PhotoBoxes.Read(rectangles, faults);
        faults.ThrowIfAny();
        return boxes;
    }

    private static void AssertInvalid(string field, PixelRectangle[] rectangles) =>
        Assert.Equal(field, Assert.Single(Assert.Throws<InvalidRequestException>(() => Read(rectangles)).Violations).Field);
}
