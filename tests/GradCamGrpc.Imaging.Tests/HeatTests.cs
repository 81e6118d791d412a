using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Imaging.Tests;

public sealed class HeatTests
{
    private static readonly CropRectangle Whole = new(0, 0, 4, 2);

    /// <summary>Half-pixel centres, edges held: columns at 0, 0.25, 0.75 and 1 between the two values.</summary>
    [Fact]
    public void Placed_TwoValuesOnFourColumns_IsTheHandComputedOne()
    {
        var placed = new HeatGrid(2, 1, new float[] { 0, 4 }).Placed(4, 2, Whole);

        Assert.Equal([0, 1, 3, 4, 0, 1, 3, 4], placed.Values.ToArray());
    }

    [Fact]
    public void Placed_CropInTheMiddle_IsZeroOutsideOfIt()
    {
        var placed = new HeatGrid(1, 1, new float[] { 5 }).Placed(6, 4, new CropRectangle(2, 1, 3, 2));

        Assert.Equal(
            [
                0, 0, 0, 0, 0, 0,
                0, 0, 5, 5, 5, 0,
                0, 0, 5, 5, 5, 0,
                0, 0, 0, 0, 0, 0,
            ],
            placed.Values.ToArray());
    }

    /// <summary>A pixel belongs to the crop when its centre does.</summary>
    [Fact]
    public void Placed_BordersBetweenPixels_CountByCentres()
    {
        var placed = new HeatGrid(1, 1, new float[] { 1 }).Placed(4, 1, new CropRectangle(0.6, 0, 2, 1));

        Assert.Equal([0, 1, 1, 0], placed.Values.ToArray());
    }

    [Fact]
    public void Rectified_SignedMap_HasNoNegatives()
    {
        Assert.Equal([0, 0, 2], new HeatGrid(3, 1, new float[] { -1, 0, 2 }).Rectified().Values.ToArray());
    }

    [Theory]
    [InlineData(new float[] { -3, 0, -1, 0 }, true)]
    [InlineData(new float[] { 0, 0, 0, 0 }, true)]
    [InlineData(new float[] { 0, 1e-30f, -1, 0 }, false)]
    public void IsAllZero_Map_IsWhetherNothingIsPositive(float[] values, bool expected)
    {
        Assert.Equal(expected, new HeatGrid(2, 2, values).IsAllZero);
    }

    [Fact]
    public void Scaled_NothingIsPositive_StaysZeroAndIsNotStretched()
    {
        var scaled = new HeatGrid(2, 1, new float[] { -5, -1 }).Scaled(4, 2, Whole);

        Assert.All(scaled.Values.ToArray(), value => Assert.Equal(0, value));
    }

    /// <summary>After the ReLU [0, 4] on four columns is 0, 1, 3, 4: divided by its maximum.</summary>
    [Fact]
    public void Scaled_SignedMap_IsTheHandComputedOne()
    {
        var scaled = new HeatGrid(2, 1, new float[] { -7, 4 }).Scaled(4, 1, new CropRectangle(0, 0, 4, 1));

        Assert.Equal([0, 0.25f, 0.75f, 1], scaled.Values.ToArray().Select(value => MathF.Round(value, 5)));
    }

    /// <summary>(1 − opacity) · photo + opacity · colour; the grey map's colours are its heat · 255.</summary>
    [Theory]
    [InlineData(0.0, 100, 100)]
    [InlineData(0.5, 50, 178)]
    [InlineData(1.0, 0, 255)]
    public void Overlay_GreyColours_IsTheHandComputedMixture(double opacity, byte cold, byte hot)
    {
        using var photo = Even(4, 1, 100);

        using var overlay = HeatPainter.Overlay(
            photo, new HeatGrid(2, 1, new float[] { 0, 1 }), new CropRectangle(0, 0, 4, 1), ColorMap.Grey, opacity);

        Assert.Equal((cold, cold, cold), overlay.At(0, 0));
        Assert.Equal((hot, hot, hot), overlay.At(3, 0));
        Assert.Equal(100, photo.At(3, 0).Red);
    }

    [Fact]
    public void Overlay_OutsideTheCrop_IsThePhoto()
    {
        using var photo = Even(10, 10, 100);

        using var overlay = HeatPainter.Overlay(
            photo, new HeatGrid(1, 2, new float[] { 1, 0 }), new CropRectangle(2, 3, 4, 4), ColorMap.Turbo, 0.7);

        for (var y = 0; y < 10; y++)
        {
            for (var x = 0; x < 10; x++)
            {
                var isInside = x is >= 2 and < 6 && y is >= 3 and < 7;
                Assert.Equal(isInside, overlay.At(x, y) != ((byte)100, (byte)100, (byte)100));
            }
        }
    }

    [Fact]
    public void Overlay_NothingIsPositive_IsThePhoto()
    {
        using var photo = Even(8, 8, 90);

        using var overlay = HeatPainter.Overlay(
            photo, new HeatGrid(2, 1, new float[] { -1, 0 }), new CropRectangle(0, 0, 8, 8), ColorMap.Jet, 1);

        Assert.True(overlay.Bytes.SequenceEqual(photo.Bytes));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Overlay_OpacityIsNone_Throws(double opacity)
    {
        using var photo = Even(8, 8, 90);

        Assert.Throws<ArgumentOutOfRangeException>(
            () => HeatPainter.Overlay(photo, new HeatGrid(1, 1, new float[] { 1 }), new CropRectangle(0, 0, 8, 8), ColorMap.Jet, opacity));
    }

    /// <summary>First and last colours as Matplotlib documents its maps.</summary>
    [Theory]
    [InlineData(ColorMap.Turbo, 48, 18, 59, 122, 4, 3)]
    [InlineData(ColorMap.Viridis, 68, 1, 84, 253, 231, 37)]
    [InlineData(ColorMap.Inferno, 0, 0, 4, 252, 255, 164)]
    [InlineData(ColorMap.Jet, 0, 0, 128, 128, 0, 0)]
    [InlineData(ColorMap.Grey, 0, 0, 0, 255, 255, 255)]
    public void HeatMap_ColourMap_BeginsAndEndsAsMatplotlibs(ColorMap colors, byte r0, byte g0, byte b0, byte r1, byte g1, byte b1)
    {
        using var picture = HeatPainter.HeatMap(new HeatGrid(2, 1, new float[] { 0, 1 }), 4, 1, new CropRectangle(0, 0, 4, 1), colors);

        AssertNear((r0, g0, b0), picture.At(0, 0));
        AssertNear((r1, g1, b1), picture.At(3, 0));
    }

    [Fact]
    public void HeatMap_OutsideTheCropAndAllZero_HasTheColourOfZero()
    {
        using var outside = HeatPainter.HeatMap(new HeatGrid(1, 1, new float[] { 1 }), 4, 1, new CropRectangle(2, 0, 2, 1), ColorMap.Viridis);
        using var zero = HeatPainter.HeatMap(new HeatGrid(1, 1, new float[] { 0 }), 4, 1, new CropRectangle(0, 0, 4, 1), ColorMap.Viridis);

        AssertNear((68, 1, 84), outside.At(0, 0));
        AssertNear((68, 1, 84), zero.At(3, 0));
    }

    /// <summary>After the ReLU [0, 4] on four columns is 0, 1, 3, 4, a quarter of 255 is 63.75; outside the crop there is nothing.</summary>
    [Fact]
    public void Graded_SignedMap_IsTheHandComputedOne()
    {
        var graded = HeatPainter.Graded(new HeatGrid(2, 1, new float[] { -7, 4 }), 6, 2, new CropRectangle(1, 1, 4, 1));

        Assert.Equal((6, 2), (graded.Width, graded.Height));
        Assert.Equal(
            [
                0, 0, 0, 0, 0, 0,
                0, 0, 64, 191, 255, 0,
            ],
            graded.Levels.ToArray());
    }

    [Fact]
    public void Graded_NothingIsPositive_IsAllZero()
    {
        var graded = HeatPainter.Graded(new HeatGrid(2, 1, new float[] { -7, 0 }), 4, 1, new CropRectangle(0, 0, 4, 1));

        Assert.Equal([0, 0, 0, 0], graded.Levels.ToArray());
    }

    /// <summary>Whole rows in any order, each as the map placed at once has it.</summary>
    [Fact]
    public void PlacedHeat_Rows_AreThoseOfThePlacedMap()
    {
        var map = new HeatGrid(2, 2, new float[] { 0, 4, -3, 8 });
        var crop = new CropRectangle(1, 1, 4, 4);
        var whole = map.Rectified().Placed(6, 6, crop).Values;

        var placed = new PlacedHeat(map, 6, 6, crop);

        foreach (var y in new[] { 3, 0, 4, 2, 5, 1 })
            Assert.Equal(whole.Slice(6 * y, 6).ToArray(), placed.Row(y).ToArray());
        Assert.Equal(8, placed.Maximum);
    }

    [Fact]
    public void PlacedHeat_OnItsOwnGrid_IsTheMapAfterTheReLU()
    {
        var placed = new PlacedHeat(new HeatGrid(2, 2, new float[] { 0.1f, -4, 0.3f, 0 }), 2, 2, new CropRectangle(0, 0, 2, 2));

        Assert.Equal([0.3f, 0], placed.Row(1).ToArray());
        Assert.Equal([0.1f, 0], placed.Row(0).ToArray());
        Assert.Equal(0.3f, placed.Maximum);
    }

    private static PixelBuffer Even(int width, int height, byte level)
    {
        var image = new PixelBuffer(width, height);
        image.Bytes.Fill(level);
        return image;
    }

    private static void AssertNear((byte Red, byte Green, byte Blue) expected, (byte Red, byte Green, byte Blue) actual)
    {
        Assert.InRange(Math.Abs(expected.Red - actual.Red), 0, 1);
        Assert.InRange(Math.Abs(expected.Green - actual.Green), 0, 1);
        Assert.InRange(Math.Abs(expected.Blue - actual.Blue), 0, 1);
    }
}
