using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;

namespace GradCamGrpc.FunctionalTests;

public sealed class SideBySideTests
{
    /// <summary>The left picture's columns are 10, 11, 12 …, the right one's 50, 51, 52 …</summary>
    [Theory]
    [InlineData(6, 0, 3, 0, 3, new[] { 10, 11, 12, 50, 51, 52 })]
    [InlineData(6, 4, 6, 3, 4, new[] { 13, 14, 15, 52, 53, 54 })]       // at the right side; 3.5 − 1.5 = 2
    [InlineData(6, 0, 6, 1, 6, new[] { 12, 13, 14, 52, 53, 54 })]       // wider than a half: the middle of it, 1.5 and 2 rounded
    [InlineData(5, 0, 5, 0, 5, new[] { 12, 13, 51, 52, 53 })]           // the middle column is the right half's
    public void Compose_Boxes_HoldsAsMuchOfThemAsAHalfCan(int width, double left, double leftEnd, double right, double rightEnd, int[] expected)
    {
        using var first = Columns(width, 10);
        using var second = Columns(width, 50);

        using var composed = SideBySide.Compose(first, new BoundingBox(left, 0, leftEnd, 2), second, new BoundingBox(right, 0, rightEnd, 2));

        Assert.Equal((width, 2), (composed.Width, composed.Height));
        Assert.Equal([.. expected.Select(shade => new[] { shade, shade, shade, 255 })], Pixels(composed.Row(0)));
        Assert.Equal([.. expected.Select(shade => new[] { shade + 100, shade + 100, shade + 100, 255 })], Pixels(composed.Row(1)));
    }

    [Fact]
    public void Compose_DifferentSizes_IsRefused()
    {
        using var first = Columns(6, 0);
        using var second = Columns(7, 0);

        Assert.Throws<ArgumentException>(() => SideBySide.Compose(first, default, second, default));
    }

    /// <summary>Two rows; the lower one is lighter by 100.</summary>
    private static PixelBuffer Columns(int width, int first)
    {
        var picture = new PixelBuffer(width, 2);
        for (var i = 0; i < 2 * width; i++)
        {
            var pixel = picture.Bytes.Slice(i * PixelBuffer.Channels, PixelBuffer.Channels);
            pixel.Fill((byte)(first + i % width + 100 * (i / width)));
            pixel[3] = byte.MaxValue;
        }
        return picture;
    }

    private static int[][] Pixels(ReadOnlySpan<byte> row) => [.. row.ToArray().Select(value => (int)value).Chunk(PixelBuffer.Channels)];
}
