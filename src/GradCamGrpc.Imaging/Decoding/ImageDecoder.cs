using SkiaSharp;

namespace GradCamGrpc.Imaging.Decoding;

/// <summary>Turns files and raw pixels into images as they are seen: oriented by EXIF, transparency over white, no colour management.</summary>
public static class ImageDecoder
{
    /// <summary>JPEG's blocks are of 8 x 8 pixels, and can be decoded to squares of 1 to 8.</summary>
    internal const int JpegScales = 8;

    private static readonly SKEncodedImageFormat[] Accepted =
    [
        SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Gif, SKEncodedImageFormat.Bmp,
    ];

    /// <summary>Whether the system has libjpeg-turbo's TurboJPEG, which decodes JPEG files to the same pixels sooner.</summary>
    public static bool HasTurboJpeg => TurboJpeg.IsPresent;

    /// <summary>Decodes a JPEG, PNG, WebP, GIF (its first frame) or BMP file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="limits">What is refused.</param>
    /// <param name="enough">A size that is enough, as the image is seen: JPEG (but for lossless files and the like) and WebP come at the smallest of eight scales that is no smaller; null for full resolution.</param>
    /// <exception cref="InvalidImageException">It is none of these, is damaged, or exceeds the limits.</exception>
    public static unsafe PixelBuffer Decode(ReadOnlyMemory<byte> file, ImageLimits limits, ImageSize? enough = null)
    {
        using var pinned = file.Pin();
        using var data = SKData.Create((nint)pinned.Pointer, file.Length);
        using var codec = Open(data, limits);
        var pixels = Decode(file.Span, codec, ScaledSize(file.Span, codec, enough));
        if (codec.Info.AlphaType is not SKAlphaType.Opaque)
            LayOverWhite(pixels.Bytes);
        return Orientation.Apply(pixels, codec.EncodedOrigin);
    }

    /// <summary>The size of a file's image as it is seen, read off the header: that of <see cref="Decode(ReadOnlyMemory{byte}, ImageLimits, ImageSize?)"/> in full resolution.</summary>
    /// <exception cref="InvalidImageException">It is none of the formats, or exceeds the limits.</exception>
    public static unsafe ImageSize Measure(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        using var pinned = file.Pin();
        using var data = SKData.Create((nint)pinned.Pointer, file.Length);
        using var codec = Open(data, limits);
        return Orientation.IsTransposed(codec.EncodedOrigin)
            ? new ImageSize(codec.Info.Height, codec.Info.Width)
            : new ImageSize(codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Takes pixels as they are: red, green and blue, row by row.</summary>
    /// <exception cref="InvalidImageException">The length is not 3 · width · height, or the size exceeds the limits.</exception>
    public static PixelBuffer FromRgb(ReadOnlySpan<byte> rgb, long width, long height, ImageLimits limits)
    {
        var size = MeasureRgb(rgb, width, height, limits);
        var pixels = new PixelBuffer(size.Width, size.Height);
        var bytes = pixels.Bytes;
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += PixelBuffer.Channels)
        {
            rgb.Slice(from, 3).CopyTo(bytes[to..]);
            bytes[to + 3] = byte.MaxValue;
        }
        return pixels;
    }

    /// <summary>The size of pixels as they are, checked against their number.</summary>
    /// <exception cref="InvalidImageException">The length is not 3 · width · height, or the size exceeds the limits.</exception>
    public static ImageSize MeasureRgb(ReadOnlySpan<byte> rgb, long width, long height, ImageLimits limits)
    {
        limits.CheckSize(width, height);
        if (rgb.Length != 3 * width * height)
        {
            throw new InvalidImageException(
                ImageFault.WrongLength, $"the image has {rgb.Length} bytes; {width} x {height} pixels take 3 x {width} x {height} = {3 * width * height}");
        }
        limits.CheckBytes(rgb.Length);
        return new ImageSize((int)width, (int)height);
    }

    private static SKCodec Open(SKData file, ImageLimits limits)
    {
        limits.CheckBytes(file.Size);
        var codec = SKCodec.Create(file);
        try
        {
            if (codec is null || !Accepted.Contains(codec.EncodedFormat))
                throw new InvalidImageException(ImageFault.UnknownFormat, "the image is not a readable JPEG, PNG, WebP, GIF or BMP file");
            limits.CheckSize(codec.Info.Width, codec.Info.Height);
            return codec;
        }
        catch
        {
            codec?.Dispose();
            throw;
        }
    }

    /// <summary>The size to decode to, as the image is stored.</summary>
    private static SKSizeI ScaledSize(ReadOnlySpan<byte> file, SKCodec codec, ImageSize? enough)
    {
        if (enough is not { } seen || (codec.EncodedFormat is SKEncodedImageFormat.Jpeg && !JpegHeader.IsOfCosines(file)))
            return codec.Info.Size;
        var (width, height) = Orientation.IsTransposed(codec.EncodedOrigin) ? (seen.Height, seen.Width) : (seen.Width, seen.Height);
        return Enumerable.Range(1, JpegScales)
            .Select(eighths => codec.GetScaledDimensions((float)eighths / JpegScales))
            .FirstOrDefault(size => size.Width >= width && size.Height >= height, codec.Info.Size);
    }

    private static unsafe PixelBuffer Decode(ReadOnlySpan<byte> file, SKCodec codec, SKSizeI size)
    {
        var pixels = new PixelBuffer(size.Width, size.Height);
        if (codec.EncodedFormat is SKEncodedImageFormat.Jpeg && TurboJpeg.TryDecode(file, pixels))
            return pixels;

        // No colour space: the values stay what the file says, as Pillow leaves them.
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        if (codec.Info.AlphaType is SKAlphaType.Opaque)
            info = info.WithAlphaType(SKAlphaType.Opaque);

        SKCodecResult result;
        fixed (byte* start = pixels.Bytes)
            result = codec.GetPixels(info, (nint)start);
        if (result is SKCodecResult.Success)
            return pixels;

        pixels.Dispose();
        var fault = result is SKCodecResult.IncompleteInput ? "it ends too soon" : $"its content cannot be read ({result})";
        throw new InvalidImageException(ImageFault.Damaged, $"the image is damaged: {fault}");
    }

    private static void LayOverWhite(Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += PixelBuffer.Channels)
        {
            var pixel = bytes.Slice(at, PixelBuffer.Channels);
            var alpha = pixel[3];
            if (alpha == byte.MaxValue)
                continue;
            for (var channel = 0; channel < 3; channel++)
                pixel[channel] = DivideBy255(pixel[channel] * alpha + byte.MaxValue * (byte.MaxValue - alpha));
            pixel[3] = byte.MaxValue;
        }
    }

    /// <summary>Division by 255 to the nearest, exact for 0 to 255².</summary>
    private static byte DivideBy255(int value)
    {
        var rounded = value + 128;
        return (byte)((rounded + (rounded >> 8)) >> 8);
    }
}
