using SkiaSharp;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Writes pictures as files.</summary>
public static class PictureEncoder
{
    /// <summary>The longest side that WebP can hold.</summary>
    public const int MaxWebpSide = 16_383;

    /// <param name="picture">The picture.</param>
    /// <param name="format">The container.</param>
    /// <param name="quality">1 (worst) to 100 (best), for JPEG and WebP.</param>
    /// <returns>The file.</returns>
    public static unsafe byte[] Encode(PixelBuffer picture, PictureFormat format, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);

        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        fixed (byte* start = picture.Bytes)
        {
            using var pixels = new SKPixmap(info, (nint)start);
            using var file = format switch
            {
                // Fast settings: heat maps and photos shrink little more with the slow ones.
                PictureFormat.Png => pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, zLibLevel: 3)),
                PictureFormat.Jpeg => pixels.Encode(SKEncodedImageFormat.Jpeg, quality),
                PictureFormat.Webp => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
            };
            return file?.ToArray() ?? throw new InvalidOperationException($"a picture of {info.Width} x {info.Height} could not be written as {format}");
        }
    }
}
