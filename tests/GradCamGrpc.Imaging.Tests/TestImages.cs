using System.Buffers.Binary;
using GradCamGrpc.Imaging.Rendering;
using SkiaSharp;

namespace GradCamGrpc.Imaging.Tests;

/// <summary>Images made on the spot.</summary>
internal static class TestImages
{
    /// <summary>Left half red, right half blue, the upper left quarter green.</summary>
    public static PixelBuffer Quarters(int width, int height)
    {
        var image = new PixelBuffer(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                byte[] pixel = x >= width / 2 ? [0, 0, 255, 255] : y < height / 2 ? [0, 255, 0, 255] : [255, 0, 0, 255];
                pixel.CopyTo(image.Row(y)[(x * 4)..]);
            }
        }
        return image;
    }

    public static byte[] Jpeg(PixelBuffer image) => PictureEncoder.Encode(image, PictureFormat.Jpeg, 100);

    /// <summary>A JPEG of noise over a slope, with colour of a half or a quarter of the pixels or of all.</summary>
    public static byte[] NoisyJpeg(int width, int height, SKJpegEncoderDownsample sampling, int quality = 80)
    {
        using var bitmap = Noise(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var pixels = bitmap.PeekPixels()!;
        using var file = pixels.Encode(new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore))!;
        return file.ToArray();
    }

    public static byte[] GreyJpeg(int width, int height)
    {
        using var bitmap = Noise(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using var file = bitmap.Encode(SKEncodedImageFormat.Jpeg, 80);
        return file.ToArray();
    }

    /// <summary>A JPEG with an EXIF orientation (TIFF tag 0x0112) written behind its first two bytes.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff =
        [
            (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
            1, 0,
            0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0,
            0, 0, 0, 0,
        ];
        byte[] payload = [.. "Exif\0\0"u8, .. tiff];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(payload.Length + 2));
        return [.. jpeg[..2], 0xff, 0xe1, .. length, .. payload, .. jpeg[2..]];
    }

    /// <summary>A PNG of one colour with transparency, not premultiplied.</summary>
    public static byte[] TransparentPng(byte red, byte green, byte blue, byte alpha)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(new SKColor(red, green, blue, alpha));
        using var file = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return file.ToArray();
    }

    public static byte[] GreyPng(byte level)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(16, 12, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.GetPixelSpan().Fill(level);
        using var file = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return file.ToArray();
    }

    /// <summary>A 24-bit BMP of one colour.</summary>
    public static byte[] Bmp(int width, int height, byte red, byte green, byte blue)
    {
        var stride = (3 * width + 3) / 4 * 4;
        var file = new byte[54 + stride * height];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                new[] { blue, green, red }.CopyTo(file.AsSpan(54 + y * stride + 3 * x));
        }
        return file;
    }

    /// <summary>A GIF of 8 x 8 pixels with two frames of one colour each. Every pixel's code is written with a clear code before it.</summary>
    public static byte[] Gif((byte Red, byte Green, byte Blue) first, (byte Red, byte Green, byte Blue) second) =>
    [
        .. "GIF89a"u8, 8, 0, 8, 0, 0x80, 0, 0,
        first.Red, first.Green, first.Blue, second.Red, second.Green, second.Blue,
        .. GifFrame(0), .. GifFrame(1), 0x3b,
    ];

    /// <summary>A JPEG of 16 x 16 pixels in four inks, none of cyan and black, all of magenta and yellow: red. Made with Pillow.</summary>
    public static byte[] CmykJpeg() => Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgA"
        + "EAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGh"
        + "CCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1"
        + "tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9/K/n/r+f+v38oooooooooooor//Z");

    /// <summary>A JPEG of 24 x 16 pixels that comes in passes, each finer than the one before. Made with Pillow.</summary>
    public static byte[] ProgressiveJpeg() => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoI"
        + "ChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wgARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAA"
        + "BQYA/8QAFgEBAQEAAAAAAAAAAAAAAAAABAIG/9oADAMBAAIQAxAAAAGGSfXEeb1tq0n/xAAYEAADAQEAAAAAAAAAAAAAAAAAAgQDEf/aAAgBAQABBQJJxJhJTKcymFx4f//E"
        + "ABoRAAICAwAAAAAAAAAAAAAAAAAFAQMEERL/2gAIAQMBAT8BxGWillPJ/8QAGxEBAAEFAQAAAAAAAAAAAAAAAgABAwQSEyH/2gAIAQIBAT8BtPrG8YV1a9n/xAAWEAADAAAA"
        + "AAAAAAAAAAAAAAAAIDH/2gAIAQEABj8CWH//xAAXEAEBAQEAAAAAAAAAAAAAAAAAYQEh/9oACAEBAAE/IZpJIoMeetf/2gAMAwEAAgADAAAAEAs//8QAFhEBAQEAAAAAAAAA"
        + "AAAAAAAAAQAh/9oACAEDAQE/EMmySjf/xAAZEQEAAgMAAAAAAAAAAAAAAAABABExgbH/2gAIAQIBAT8QkXgBmheCan//xAAZEAEAAwEBAAAAAAAAAAAAAAARAAHBcUH/2gAI"
        + "AQEAAT8QYzHMxjMQlTMv64dedn//2Q==");

    /// <summary>A lossless JPEG (SOF3) of one grey, in three channels: a code of one bit says that a pixel is what was foreseen.</summary>
    public static byte[] LosslessJpeg(int width, int height) =>
    [
        0xff, 0xd8,
        0xff, 0xc4, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0xff, 0xc3, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
        0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 1, 0, 0,
        .. new byte[(width * height * 3 + 7) / 8],
        0xff, 0xd9,
    ];

    /// <summary>A progressive JPEG whose last pass comes so many times.</summary>
    public static byte[] JpegOfPasses(int passes)
    {
        var file = ProgressiveJpeg();
        var scan = file.AsSpan().LastIndexOf<byte>([0xff, 0xda]);
        return [.. file[..scan], .. Enumerable.Repeat(file[scan..^2], passes).SelectMany(pass => pass), .. file[^2..]];
    }

    /// <summary>A PNG of 16 x 16 pixels with a palette: the upper half (9, 200, 100), the lower (5, 6, 7). Made with Pillow.</summary>
    public static byte[] PalettePng() => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQMAAAAlPW0iAAAABlBMVEUFBgcJyGShECbtAAAAD0lEQVR4nGP4/58BK8IBAD4OD/GX3UQNAAAAAElFTkSuQmCC");

    /// <summary>The components of the pixel at (x, y).</summary>
    public static (byte Red, byte Green, byte Blue) At(this PixelBuffer image, int x, int y)
    {
        var pixel = image.Row(y)[(4 * x)..];
        return (pixel[0], pixel[1], pixel[2]);
    }

    private static SKBitmap Noise(SKImageInfo info)
    {
        var bitmap = new SKBitmap(info);
        var random = new Random(info.Width);
        var bytes = bitmap.GetPixelSpan();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i % info.RowBytes * 128 / info.RowBytes + random.Next(128));
        return bitmap;
    }

    /// <summary>Minimum code size 2: codes of 3 bits, 4 clears, 5 ends.</summary>
    private static byte[] GifFrame(int color)
    {
        const int Clear = 4;
        const int End = 5;
        var bits = new List<bool>();
        for (var i = 0; i < 64; i++)
        {
            Write(bits, Clear);
            Write(bits, color);
        }
        Write(bits, End);
        var bytes = bits.Chunk(8).Select(chunk => (byte)chunk.Select((bit, i) => bit ? 1 << i : 0).Sum()).ToArray();
        return [0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, (byte)bytes.Length, .. bytes, 0];
    }

    private static void Write(List<bool> bits, int code) => bits.AddRange([(code & 1) != 0, (code & 2) != 0, (code & 4) != 0]);
}
