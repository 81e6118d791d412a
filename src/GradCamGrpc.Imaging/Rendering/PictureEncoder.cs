using SkiaSharp;

namespace GradCamGrpc.Imaging.Rendering;

/// <summary>Writes pictures as files.</summary>
public static class PictureEncoder
{
    /// <summary>The longest side that WebP can hold.</summary>
    public const int MaxWebpSide = 16_383;

    /// <summary>Heat maps and photos shrink little more with slower settings.</summary>
    private static readonly SKPngEncoderOptions Fast = new(SKPngEncoderFilterFlags.Sub, zLibLevel: 3);

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
                PictureFormat.Png => pixels.Encode(Fast),
                PictureFormat.Jpeg => pixels.Encode(SKEncodedImageFormat.Jpeg, quality),
                PictureFormat.Webp => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
            };
            return file?.ToArray() ?? throw new InvalidOperationException($"a picture of {info.Width} x {info.Height} could not be written as {format}");
        }
    }

    /// <summary>Writes an image of one channel.</summary>
    /// <returns>A PNG file of one channel of 8 bits, without loss.</returns>
    public static unsafe byte[] EncodeGrey(GreyImage image)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var levels = image.Levels.Pin();
        using var pixels = new SKPixmap(info, (nint)levels.Pointer);
        using var file = pixels.Encode(Fast);
        return file?.ToArray() ?? throw new InvalidOperationException($"an image of {info.Width} x {info.Height} could not be written as PNG");
    }
}
