using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Imaging;
using GradCamGrpc.Server.Evidence;

namespace GradCamGrpc.Server.Tests;

public sealed class InputGridTests
{
    /// <summary>An input of 4 x 2 pixels, each 10 x 10 of the photo's, from its column 20 and row 30 on.</summary>
    private static readonly InputGrid Grid = new(4, 2, new CropRectangle(20, 30, 40, 20));

    private static readonly SaliencyMap Map = Of(4, 2, 1, 2, 3, 4, 5, 6, 7, -8);

    [Fact]
    public void Correlation_MapWithItself_IsOneAndWithItsReverseMinusOne()
    {
        Assert.Equal(1, Grid.Correlation(Map, Map, Grid.Crop));
        Assert.Equal(-1, Grid.Correlation(Map, Of(4, 2, -1, -2, -3, -4, -5, -6, -7, 8), Grid.Crop));
        Assert.Null(Grid.Correlation(Map, Of(1, 1, 3), Grid.Crop));
    }

    /// <summary>
    /// The other map covers the columns 40 to 80 of the photo: its first two of four are our last two. They order 3, 4, 7 and −8 as
    /// 1, 2, 3 and 0, just so; what lies elsewhere, in reverse, does not count.
    /// </summary>
    [Fact]
    public void Correlation_CropsOverlap_CountsThePixelsInBoth()
    {
        var other = Of(4, 2, 1, 2, -50, -60, 3, 0, -70, -80);

        Assert.Equal(1, Grid.Correlation(Map, other, new CropRectangle(40, 30, 40, 20)));
        Assert.Null(Grid.Correlation(Map, other, new CropRectangle(60, 30, 40, 20)));
    }

    /// <summary>The box has the columns 2 and 3 of row 0: 3 + 4 of the positive 28. The peak, 7, is in row 1.</summary>
    [Fact]
    public void FromPhoto_Boxes_LieOnThePixelsBelowThem()
    {
        var upper = Grid.FromPhoto(new BoundingBox(40, 30, 200, 40));
        var lower = Grid.FromPhoto(new BoundingBox(45, 45, 47, 47));
        var heat = Map.Heat().Span;
        var peak = PointingGame.Peak(heat, Grid.Width);

        Assert.Equal(7.0 / 28, HeatEnergy.ShareInside(heat, Grid.Width, [upper]), 1e-9);
        Assert.Equal(7.0 / 28, HeatEnergy.ShareInside(heat, Grid.Width, [lower]), 1e-9);
        Assert.False(PointingGame.IsHit(peak, [upper]));
        Assert.True(PointingGame.IsHit(peak, [lower]));
    }

    [Fact]
    public void ToPhoto_Pixel_IsItsMiddle()
    {
        Assert.Equal((45, 35), Grid.ToPhoto(new PixelPosition(Row: 0, Column: 2)));
        Assert.Equal((25, 45), Grid.ToPhoto(new PixelPosition(Row: 1, Column: 0)));
    }

    private static SaliencyMap Of(int width, int height, params float[] values) =>
        new(new GradCam(), Layer: null, ScoreTarget.Of(0), Score: 0, new MapShape(1, height, width), values);
}
