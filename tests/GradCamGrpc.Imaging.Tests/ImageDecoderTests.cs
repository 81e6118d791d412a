using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Imaging.Tests;

public sealed class ImageDecoderTests
{
    private static readonly (byte, byte, byte) Red = (255, 0, 0);
    private static readonly (byte, byte, byte) Green = (0, 255, 0);
    private static readonly (byte, byte, byte) Blue = (0, 0, 255);

    [Fact]
    public void Decode_Png_IsEveryPixelOfIt()
    {
        using var image = TestImages.Quarters(20, 10);

        using var decoded = Decode(PictureEncoder.Encode(image, PictureFormat.Png, 100));

        Assert.Equal((20, 10), (decoded.Width, decoded.Height));
        Assert.True(decoded.Bytes.SequenceEqual(image.Bytes));
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.Webp)]
    public void Decode_LossyFormat_IsCloseToIt(PictureFormat format)
    {
        using var image = TestImages.Quarters(32, 32);

        using var decoded = Decode(PictureEncoder.Encode(image, format, 100));

        AssertNear(Green, decoded.At(4, 4));
        AssertNear(Red, decoded.At(4, 28));
        AssertNear(Blue, decoded.At(28, 16));
    }

    [Fact]
    public void Decode_Gif_IsItsFirstFrame()
    {
        using var decoded = Decode(TestImages.Gif((10, 20, 30), (200, 210, 220)));

        Assert.Equal((8, 8), (decoded.Width, decoded.Height));
        Assert.Equal(((byte)10, (byte)20, (byte)30), decoded.At(3, 5));
    }

    [Fact]
    public void Decode_Bmp_IsItsColour()
    {
        using var decoded = Decode(TestImages.Bmp(9, 8, 1, 2, 3));

        Assert.Equal((9, 8), (decoded.Width, decoded.Height));
        Assert.Equal(((byte)1, (byte)2, (byte)3), decoded.At(8, 7));
    }

    [Fact]
    public void Decode_Grey_HasThreeEqualChannels()
    {
        using var decoded = Decode(TestImages.GreyPng(77));

        Assert.Equal(((byte)77, (byte)77, (byte)77), decoded.At(3, 3));
    }

    [Fact]
    public void Decode_FourInks_AreSeenInRedGreenAndBlue()
    {
        using var decoded = Decode(TestImages.CmykJpeg());

        AssertNear(Red, decoded.At(8, 8));
    }

    [Fact]
    public void Decode_Palette_IsItsColours()
    {
        using var decoded = Decode(TestImages.PalettePng());

        Assert.Equal(((byte)9, (byte)200, (byte)100), decoded.At(8, 4));
        Assert.Equal(((byte)5, (byte)6, (byte)7), decoded.At(8, 12));
    }

    /// <summary>colour · alpha + 255 · (1 − alpha), by hand.</summary>
    [Theory]
    [InlineData(0, 255, 255, 255)]
    [InlineData(255, 200, 100, 0)]
    [InlineData(51, 244, 224, 204)]
    public void Decode_Transparency_LiesOverWhite(byte alpha, byte red, byte green, byte blue)
    {
        using var decoded = Decode(TestImages.TransparentPng(200, 100, 0, alpha));

        AssertNear((red, green, blue), decoded.At(8, 8), tolerance: 1);
        Assert.Equal(255, decoded.Row(8)[35]);
    }

    /// <summary>Where the stored upper left quarter (green) is seen: EXIF 2.3, table of orientations.</summary>
    [Theory]
    [InlineData(1, 32, 16, 4, 4)]
    [InlineData(2, 32, 16, 28, 4)]
    [InlineData(3, 32, 16, 28, 12)]
    [InlineData(4, 32, 16, 4, 12)]
    [InlineData(5, 16, 32, 4, 4)]
    [InlineData(6, 16, 32, 12, 4)]
    [InlineData(7, 16, 32, 12, 28)]
    [InlineData(8, 16, 32, 4, 28)]
    public void Decode_ExifOrientation_IsApplied(byte orientation, int width, int height, int x, int y)
    {
        using var image = TestImages.Quarters(32, 16);

        using var decoded = Decode(TestImages.WithOrientation(TestImages.Jpeg(image), orientation));

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        AssertNear(Green, decoded.At(x, y));
        var greens = new[] { (4, 4), (width - 4, 4), (4, height - 4), (width - 4, height - 4) }
            .Count(corner => decoded.At(corner.Item1, corner.Item2).Green > 200);
        Assert.Equal(1, greens);
    }

    [Theory]
    [InlineData(1, 32, 16)]
    [InlineData(2, 32, 16)]
    [InlineData(3, 32, 16)]
    [InlineData(4, 32, 16)]
    [InlineData(5, 16, 32)]
    [InlineData(6, 16, 32)]
    [InlineData(7, 16, 32)]
    [InlineData(8, 16, 32)]
    public void Measure_ExifOrientation_IsTheSizeAsSeen(byte orientation, int width, int height)
    {
        using var image = TestImages.Quarters(32, 16);

        var size = ImageDecoder.Measure(TestImages.WithOrientation(TestImages.Jpeg(image), orientation), new ImageLimits());

        Assert.Equal(new ImageSize(width, height), size);
    }

    /// <summary>JPEG's scales are eighths: 3/8 is the least that is enough for 60 of 160 columns, and 4/8 for 61.</summary>
    [Theory]
    [InlineData(1, 60, 30, 60, 30)]
    [InlineData(1, 61, 30, 80, 40)]
    [InlineData(1, 20, 31, 80, 40)]
    [InlineData(1, 160, 80, 160, 80)]
    [InlineData(1, 500, 500, 160, 80)]
    [InlineData(6, 30, 60, 30, 60)]
    [InlineData(6, 30, 61, 40, 80)]
    public void Decode_LessIsEnough_IsTheSmallestScaleNotBelowIt(byte orientation, int width, int height, int expectedWidth, int expectedHeight)
    {
        using var image = TestImages.Quarters(160, 80);

        using var decoded = ImageDecoder.Decode(
            TestImages.WithOrientation(TestImages.Jpeg(image), orientation), new ImageLimits(), new ImageSize(width, height));

        Assert.Equal((expectedWidth, expectedHeight), (decoded.Width, decoded.Height));
        AssertNear(Green, orientation == 1 ? decoded.At(4, 4) : decoded.At(decoded.Width - 4, 4));
    }

    [Fact]
    public void Decode_LessOfAPngIsEnough_IsInFullResolution()
    {
        using var image = TestImages.Quarters(160, 80);

        using var decoded = ImageDecoder.Decode(PictureEncoder.Encode(image, PictureFormat.Png, 100), new ImageLimits(), new ImageSize(20, 10));

        Assert.Equal((160, 80), (decoded.Width, decoded.Height));
    }

    /// <summary>Said to be decoded to a smaller size, it would be written in full, beyond the memory of that size.</summary>
    [Theory]
    [InlineData(1, 256, 200)]
    [InlineData(6, 200, 256)]
    public void Decode_LessOfALosslessJpegIsEnough_IsInFullResolution(byte orientation, int width, int height)
    {
        using var decoded = ImageDecoder.Decode(
            TestImages.WithOrientation(TestImages.LosslessJpeg(256, 200), orientation), new ImageLimits(), new ImageSize(20, 20));

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.Equal(((byte)128, (byte)128, (byte)128), decoded.At(width - 1, height - 1));
    }

    /// <summary>Each is a pass over all pixels, and a small file may have thousands.</summary>
    [Fact]
    public void Decode_HundredsOfPasses_AreDamage()
    {
        using var few = Decode(TestImages.JpegOfPasses(10));

        Assert.Equal(ImageFault.Damaged, Assert.Throws<InvalidImageException>(() => Decode(TestImages.JpegOfPasses(300))).Fault);
    }

    /// <summary>The crop is in pixels of the whole photo, and the network sees the same of it.</summary>
    [Fact]
    public void Prepare_PhotoDecodedSmaller_HasTheWholePhotosCropAndNearlyItsValues()
    {
        using var image = TestImages.Quarters(640, 320);
        var file = TestImages.Jpeg(image);
        var preprocessor = new Preprocessor(new PreprocessingSpec(64, 56, 56, Interpolation.Bicubic, [0, 0, 0], [1, 1, 1]));
        var size = new ImageSize(640, 320);
        using var whole = ImageDecoder.Decode(file, new ImageLimits());
        using var small = ImageDecoder.Decode(file, new ImageLimits(), preprocessor.ResizedSize(size));

        using var expected = preprocessor.Prepare(whole);
        using var actual = preprocessor.Prepare(small, size);

        Assert.Equal((160, 80), (small.Width, small.Height));
        Assert.Equal(expected.Crop, actual.Crop);
        var apart = expected.Values.ToArray().Zip(actual.Values.ToArray(), (a, b) => Math.Abs(a - b)).ToArray();
        Assert.InRange(apart.Average(), 0, 0.01);
    }

    [Fact]
    public void Decode_TruncatedFile_IsDamagedAtEveryLength()
    {
        var png = File.ReadAllBytes(Path.Combine(TestFolders.Repository, "tests", "photos", "chelsea.png"));
        using var image = TestImages.Quarters(64, 64);
        var jpeg = TestImages.Jpeg(image);

        foreach (var file in new[] { png, jpeg })
        {
            for (var share = 0.05; share < 0.95; share += 0.1)
            {
                var fault = Assert.Throws<InvalidImageException>(() => Decode(file[..(int)(file.Length * share)]));
                Assert.Contains(fault.Fault, new[] { ImageFault.Damaged, ImageFault.UnknownFormat });
            }
        }
    }

    [Theory]
    [InlineData(new byte[0], ImageFault.Empty)]
    [InlineData(new byte[] { 1, 2, 3 }, ImageFault.UnknownFormat)]
    public void Decode_NoImage_IsRefused(byte[] file, ImageFault expected)
    {
        Assert.Equal(expected, Assert.Throws<InvalidImageException>(() => Decode(file)).Fault);
    }

    [Fact]
    public void Decode_BeyondALimit_IsRefusedWithTheNumbers()
    {
        using var image = TestImages.Quarters(40, 20);
        var file = TestImages.Jpeg(image);

        AssertRefused(new ImageLimits { MaxBytes = 100 }, ImageFault.TooManyBytes, "100");
        AssertRefused(new ImageLimits { MaxSide = 39 }, ImageFault.TooLarge, "39");
        AssertRefused(new ImageLimits { MaxPixels = 799 }, ImageFault.TooLarge, "799");
        AssertRefused(new ImageLimits { MinSide = 21 }, ImageFault.TooSmall, "21");
        using var accepted = ImageDecoder.Decode(file, new ImageLimits { MaxBytes = file.Length, MaxSide = 40, MaxPixels = 800, MinSide = 20 });

        void AssertRefused(ImageLimits limits, ImageFault expected, string number)
        {
            var fault = Assert.Throws<InvalidImageException>(() => ImageDecoder.Decode(file, limits));
            Assert.Equal(expected, fault.Fault);
            Assert.Contains(number, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FromRgb_Pixels_AreThoseGiven()
    {
        byte[] rgb = [.. Enumerable.Range(0, 3 * 9 * 8).Select(i => (byte)i)];

        using var image = ImageDecoder.FromRgb(rgb, 9, 8, new ImageLimits());

        Assert.Equal(((byte)27, (byte)28, (byte)29), image.At(0, 1));
        Assert.Equal(255, image.Row(0)[3]);
    }

    [Theory]
    [InlineData(191, 8, 8, ImageFault.WrongLength)]
    [InlineData(193, 8, 8, ImageFault.WrongLength)]
    [InlineData(0, 8, 8, ImageFault.WrongLength)]
    [InlineData(12, 2, 2, ImageFault.TooSmall)]
    [InlineData(12, uint.MaxValue, uint.MaxValue, ImageFault.TooLarge)]
    public void FromRgb_LengthOrSizeIsWrong_IsRefused(int length, long width, long height, ImageFault expected)
    {
        var fault = Assert.Throws<InvalidImageException>(() => ImageDecoder.FromRgb(new byte[length], width, height, new ImageLimits()));

        Assert.Equal(expected, fault.Fault);
    }

    private static PixelBuffer Decode(byte[] file) => ImageDecoder.Decode(file, new ImageLimits());

    private static void AssertNear(
        (byte Red, byte Green, byte Blue) expected, (byte Red, byte Green, byte Blue) actual, int tolerance = 12)
    {
        Assert.InRange(Math.Abs(expected.Red - actual.Red), 0, tolerance);
        Assert.InRange(Math.Abs(expected.Green - actual.Green), 0, tolerance);
        Assert.InRange(Math.Abs(expected.Blue - actual.Blue), 0, tolerance);
    }
}
