using System.Runtime.InteropServices;
using SkiaSharp;

namespace GradCamGrpc.Imaging.Decoding;

/// <summary>Turns an image the way EXIF says it is to be seen.</summary>
internal static class Orientation
{
    /// <summary>Whether stored rows are seen as columns.</summary>
    public static bool IsTransposed(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    /// <summary>Returns the image as it is seen. The given one is disposed unless it is returned.</summary>
    public static PixelBuffer Apply(PixelBuffer stored, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft)
            return stored;

        using (stored)
        {
            var width = stored.Width;
            var height = stored.Height;
            var seen = IsTransposed(origin) ? new PixelBuffer(height, width) : new PixelBuffer(width, height);
            var from = MemoryMarshal.Cast<byte, uint>(stored.Bytes);
            var to = MemoryMarshal.Cast<byte, uint>(seen.Bytes);

            // The stored pixel at (x, y) is seen at start + x · stepX + y · stepY.
            var (start, stepX, stepY) = origin switch
            {
                SKEncodedOrigin.TopRight => (width - 1, -1, width),
                SKEncodedOrigin.BottomRight => (width * height - 1, -1, -width),
                SKEncodedOrigin.BottomLeft => (width * (height - 1), 1, -width),
                SKEncodedOrigin.LeftTop => (0, height, 1),
                SKEncodedOrigin.RightTop => (height - 1, height, -1),
                SKEncodedOrigin.RightBottom => (width * height - 1, -height, -1),
                SKEncodedOrigin.LeftBottom => (height * (width - 1), -height, 1),
                _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "not one of the eight orientations"),
            };
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                    to[start + x * stepX + y * stepY] = from[y * width + x];
            }
            return seen;
        }
    }
}
