using GradCamGrpc.Imaging;
using GradCamGrpc.Server.Video;

namespace GradCamGrpc.Server.Tests.Video;

public sealed class GreyCopyTests
{
    [Fact]
    public void Difference_SameFrame_IsZero() => Assert.Equal(0, Copy(64, 48, (_, _) => (10, 200, 30)).DifferenceTo(Copy(64, 48, (_, _) => (10, 200, 30))));

    [Theory]
    [InlineData(64, 48)]
    [InlineData(8, 8)]
    [InlineData(640, 361)]
    public void Difference_BlackAndWhite_IsOne(int width, int height) =>
        Assert.Equal(1, Copy(width, height, (_, _) => (0, 0, 0)).DifferenceTo(Copy(width, height, (_, _) => (255, 255, 255))), 1e-6);

    /// <summary>Red is 0.299, green 0.587 and blue 0.114 of white.</summary>
    [Theory]
    [InlineData(255, 0, 0, 0.299)]
    [InlineData(0, 255, 0, 0.587)]
    [InlineData(0, 0, 255, 0.114)]
    public void Difference_OneColour_IsItsLuma(byte red, byte green, byte blue, double luma) =>
        Assert.Equal(luma, Copy(32, 32, (_, _) => (0, 0, 0)).DifferenceTo(Copy(32, 32, (_, _) => (red, green, blue))), 1e-6);

    /// <summary>A 16 x 16 corner of 128 x 128 is 4 x 4 cells, a quarter of one tile's 8 x 8: it counts for that tile, not for the whole.</summary>
    [Fact]
    public void Difference_ChangeInACorner_IsThatTilesShare()
    {
        var before = Copy(128, 128, (_, _) => (0, 0, 0));
        var after = Copy(128, 128, (x, y) => x >= 112 && y >= 112 ? ((byte)255, (byte)255, (byte)255) : ((byte)0, (byte)0, (byte)0));

        Assert.Equal(0.25, before.DifferenceTo(after), 1e-6);
        Assert.Equal(0.25, after.DifferenceTo(before), 1e-6);
    }

    private static GreyCopy Copy(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> color)
    {
        using var pixels = new PixelBuffer(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (red, green, blue) = color(x, y);
                byte[] pixel = [red, green, blue, 255];
                pixel.CopyTo(pixels.Row(y)[(PixelBuffer.Channels * x)..]);
            }
        }
        return GreyCopy.Of(pixels);
    }
}
