using Google.Protobuf;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Photos to send, good ones and bad ones.</summary>
internal static class Photos
{
    /// <summary>A cat whose face is in the upper half, 451 x 300.</summary>
    public static string CatPath { get; } = Path.Combine(TestFolders.Repository, "tests", "photos", "chelsea.png");

    public static byte[] Cat { get; } = File.ReadAllBytes(CatPath);

    public static Image CatImage => new() { Encoded = ByteString.CopyFrom(Cat) };

    /// <summary>The cat as a JPEG, each pixel made a square of so many a side.</summary>
    public static byte[] CatEnlarged(int times)
    {
        using var cat = Decode(ByteString.CopyFrom(Cat));
        using var large = new PixelBuffer(cat.Width * times, cat.Height * times);
        for (var y = 0; y < large.Height; y++)
        {
            for (var x = 0; x < large.Width; x++)
                cat.Row(y / times).Slice(x / times * PixelBuffer.Channels, PixelBuffer.Channels).CopyTo(large.Row(y)[(x * PixelBuffer.Channels)..]);
        }
        return PictureEncoder.Encode(large, PictureFormat.Jpeg, 90);
    }

    /// <summary>A JPEG of even grey.</summary>
    public static byte[] Grey(int width, int height)
    {
        using var pixels = new PixelBuffer(width, height);
        pixels.Bytes.Fill(128);
        return PictureEncoder.Encode(pixels, PictureFormat.Jpeg, 90);
    }

    /// <summary>The first half of a JPEG of even grey: its size can be read, its pixels cannot.</summary>
    public static Image GreyBrokenOff(int width, int height)
    {
        var file = Grey(width, height);
        return new Image { Encoded = ByteString.CopyFrom(file.AsSpan(0, file.Length / 2)) };
    }

    /// <summary>The cat without some of its columns at the left.</summary>
    public static Image CatCut(int columns)
    {
        using var whole = Decode(ByteString.CopyFrom(Cat));
        using var cut = new PixelBuffer(whole.Width - columns, whole.Height);
        for (var y = 0; y < cut.Height; y++)
            whole.Row(y)[(PixelBuffer.Channels * columns)..].CopyTo(cut.Row(y));
        return new Image { Encoded = ByteString.CopyFrom(PictureEncoder.Encode(cut, PictureFormat.Png, 100)) };
    }

    public static PixelBuffer Decode(ByteString file) => ImageDecoder.Decode(file.Memory, new ImageLimits());

    /// <summary>The 33 bytes that a PNG of that size begins with, and nothing behind them.</summary>
    public static byte[] PngHeader(int width, int height)
    {
        byte[] header =
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a,
            0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R',
            .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0,
        ];
        return [.. header, .. BigEndian((int)Crc32(header.AsSpan(12)))];
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>The checksum of PNG chunks (ISO 3309).</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
        }
        return ~crc;
    }
}
