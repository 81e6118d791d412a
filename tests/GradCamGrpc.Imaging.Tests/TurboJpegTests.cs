using GradCamGrpc.Imaging.Decoding;
using SkiaSharp;

namespace GradCamGrpc.Imaging.Tests;

/// <summary>Where the system's library decodes a file, every pixel is what Skia makes of it; what it leaves is judged by Skia alone.</summary>
public sealed class TurboJpegTests
{
    private const int Scales = ImageDecoder.JpegScales;

    public static TheoryData<string, byte[]> Files => new()
    {
        { "4:4:4", TestImages.NoisyJpeg(83, 45, SKJpegEncoderDownsample.Downsample444) },
        { "4:2:2", TestImages.NoisyJpeg(83, 45, SKJpegEncoderDownsample.Downsample422) },
        { "4:2:0", TestImages.NoisyJpeg(83, 45, SKJpegEncoderDownsample.Downsample420) },
        { "4:2:0, coarse", TestImages.NoisyJpeg(64, 129, SKJpegEncoderDownsample.Downsample420, quality: 10) },
        { "grey", TestImages.GreyJpeg(31, 50) },
        { "progressive", TestImages.ProgressiveJpeg() },
    };

    public TurboJpegTests() => Assert.SkipUnless(TurboJpeg.IsPresent, "libturbojpeg.so.0 is not there");

    [Theory, MemberData(nameof(Files))]
    public void TryDecode_EveryScale_IsSkiasPixels(string kind, byte[] file)
    {
        for (var eighths = 1; eighths <= Scales; eighths++)
        {
            using var expected = BySkia(file, eighths)!;
            using var actual = new PixelBuffer(expected.Width, expected.Height);

            Assert.True(TurboJpeg.TryDecode(file, actual), $"{kind} at {eighths} eighths");
            Assert.True(actual.Bytes.SequenceEqual(expected.Bytes), $"{kind} at {eighths} eighths");
        }
    }

    [Fact]
    public void TryDecode_FourInks_IsLeftToOthers()
    {
        using var pixels = new PixelBuffer(16, 16);

        Assert.False(TurboJpeg.TryDecode(TestImages.CmykJpeg(), pixels));
    }

    /// <summary>Version 2 of the library cannot read it anyway; version 3 can, and would write all pixels whatever the size.</summary>
    [Fact]
    public void TryDecode_LosslessFile_IsLeftToOthers()
    {
        using var pixels = new PixelBuffer(64, 64);

        Assert.False(TurboJpeg.TryDecode(TestImages.LosslessJpeg(64, 64), pixels));
    }

    [Fact]
    public void TryDecode_TruncatedFile_IsLeftToOthers()
    {
        var file = TestImages.NoisyJpeg(40, 24, SKJpegEncoderDownsample.Downsample420);
        using var pixels = new PixelBuffer(40, 24);

        Assert.All(Enumerable.Range(0, file.Length), length => Assert.False(TurboJpeg.TryDecode(file.AsSpan(0, length), pixels)));
    }

    /// <summary>Each is a pass over all pixels, and a small file may have thousands.</summary>
    [Theory]
    [InlineData(40, true)]
    [InlineData(60, false)]
    public void TryDecode_ManyScans_AreLeftToOthers(int scans, bool expected)
    {
        byte[] file = [.. TestImages.ProgressiveJpeg(), .. Enumerable.Repeat<byte[]>([0xff, 0xda], scans).SelectMany(scan => scan)];
        using var pixels = new PixelBuffer(24, 16);

        Assert.Equal(expected, TurboJpeg.TryDecode(file, pixels));
    }

    /// <summary>Else the rest would show whose photo was in that memory before.</summary>
    [Theory]
    [InlineData(41, 24)]
    [InlineData(40, 25)]
    [InlineData(20, 24)]
    [InlineData(80, 48)]
    public void TryDecode_SizeThatTheFileCannotHave_LeavesThePixelsAsTheyWere(int width, int height)
    {
        using var pixels = new PixelBuffer(width, height);
        pixels.Bytes.Fill(0x5a);

        Assert.False(TurboJpeg.TryDecode(TestImages.NoisyJpeg(40, 24, SKJpegEncoderDownsample.Downsample420), pixels));

        Assert.False(pixels.Bytes.ContainsAnyExcept((byte)0x5a));
    }

    /// <summary>Their pixels may differ, where numbers overflow that no encoder writes.</summary>
    [Fact]
    public void Decode_DamagedFiles_AreRefusedWhereSkiaRefusesThem()
    {
        var random = new Random(1);
        var limits = new ImageLimits { MinSide = 1, MaxSide = ushort.MaxValue };
        var whole = TestImages.NoisyJpeg(64, 40, SKJpegEncoderDownsample.Downsample420);
        var (refused, accepted) = (0, 0);
        for (var i = 0; i < 400; i++)
        {
            byte[] file = [.. whole];
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            using var bySkia = BySkia(file, Scales);
            try
            {
                using var image = ImageDecoder.Decode(file, limits);
                Assert.True(bySkia is not null, $"file {i} is accepted");
                accepted++;
            }
            catch (InvalidImageException)
            {
                Assert.True(bySkia is null, $"file {i} is refused");
                refused++;
            }
        }
        Assert.True(refused > 0 && accepted > 0, $"{refused} were refused and {accepted} were not");
    }

    /// <summary>Null where it finds fault with the file.</summary>
    private static unsafe PixelBuffer? BySkia(byte[] file, int eighths)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null)
            return null;
        var size = codec.GetScaledDimensions((float)eighths / Scales);
        var pixels = new PixelBuffer(size.Width, size.Height);
        SKCodecResult result;
        fixed (byte* start = pixels.Bytes)
            result = codec.GetPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null), (nint)start);
        if (result is SKCodecResult.Success)
            return pixels;
        pixels.Dispose();
        return null;
    }
}
