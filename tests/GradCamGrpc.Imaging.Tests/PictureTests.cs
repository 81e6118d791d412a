using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;
using SkiaSharp;

namespace GradCamGrpc.Imaging.Tests;

public sealed class PictureTests
{
    [Theory]
    [InlineData(PictureFormat.Png, new byte[] { 0x89, 0x50, 0x4e, 0x47 })]
    [InlineData(PictureFormat.Jpeg, new byte[] { 0xff, 0xd8, 0xff })]
    [InlineData(PictureFormat.Webp, new byte[] { 0x52, 0x49, 0x46, 0x46 })]
    public void Encode_Format_IsThatFormat(PictureFormat format, byte[] magic)
    {
        using var image = TestImages.Quarters(30, 20);

        Assert.Equal(magic, PictureEncoder.Encode(image, format, 90)[..magic.Length]);
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.Webp)]
    public void Encode_LowerQuality_IsSmaller(PictureFormat format)
    {
        using var image = TestImages.Quarters(64, 64);
        new Random(1).NextBytes(image.Bytes);

        Assert.True(PictureEncoder.Encode(image, format, 10).Length < PictureEncoder.Encode(image, format, 95).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Encode_QualityIsNone_Throws(int quality)
    {
        using var image = TestImages.Quarters(30, 20);

        Assert.Throws<ArgumentOutOfRangeException>(() => PictureEncoder.Encode(image, PictureFormat.Jpeg, quality));
    }

    /// <summary>Byte 24 of a PNG is its bit depth, byte 25 its colour type: 0 is grey.</summary>
    [Fact]
    public void EncodeGrey_EveryLevel_ComesBackAsItIs()
    {
        byte[] levels = [.. Enumerable.Range(0, 256).Select(level => (byte)level), .. Enumerable.Range(0, 256).Select(i => (byte)(i * 89))];

        var file = PictureEncoder.EncodeGrey(new GreyImage(32, 16, levels));

        Assert.Equal(new byte[] { 0x89, 0x50, 0x4e, 0x47 }, file[..4]);
        Assert.Equal(new byte[] { 8, 0 }, file[24..26]);
        using var grey = SKBitmap.Decode(file, new SKImageInfo(32, 16, SKColorType.Gray8));
        Assert.Equal(levels, grey.GetPixelSpan().ToArray());
        using var colours = ImageDecoder.Decode(file, new ImageLimits());
        for (var i = 0; i < levels.Length; i++)
            Assert.Equal((levels[i], levels[i], levels[i]), colours.At(i % 32, i / 32));
    }

    [Fact]
    public void Outline_Box_IsDrawnOnItsSidesAlone()
    {
        using var image = TestImages.Quarters(60, 40);
        using var before = TestImages.Quarters(60, 40);

        BoxPainter.Outline(image, [new CropRectangle(10, 10, 30, 20)]);

        Assert.All([(10, 20), (39, 20), (25, 10), (25, 29)], side => Assert.Equal(((byte)255, (byte)214, (byte)0), image.At(side.Item1, side.Item2)));
        Assert.All([(0, 0), (25, 20), (55, 20), (25, 38)], other => Assert.Equal(before.At(other.Item1, other.Item2), image.At(other.Item1, other.Item2)));
    }

    [Fact]
    public void ContactSheet_FivePictures_IsThreeCellsWideAndTwoHigh()
    {
        using var image = TestImages.Quarters(30, 20);
        var file = PictureEncoder.Encode(image, PictureFormat.Png, 90);

        var sheet = ContactSheet.Draw([.. Enumerable.Range(0, 5).Select(i => (file, $"a caption that is far too long for its cell, number {i}"))]);

        using var decoded = ImageDecoder.Decode(sheet, new ImageLimits());
        Assert.Equal((3 * 268 + 12, 2 * 290 + 12), (decoded.Width, decoded.Height));
        Assert.Equal(((byte)0, (byte)255, (byte)0), decoded.At(12 + 20, 12 + 128 - 40));
        Assert.Equal(((byte)255, (byte)255, (byte)255), decoded.At(decoded.Width - 40, decoded.Height - 40));
    }

    /// <summary>(value / 255 − mean) / std, by hand, at a photo that needs no resizing.</summary>
    [Fact]
    public void Prepare_PhotoOfTheInputsSize_IsOnlyNormalised()
    {
        using var image = TestImages.Quarters(8, 8);
        var spec = new PreprocessingSpec(null, 8, 8, Interpolation.Bicubic, [0.5, 0.25, 0], [0.5, 0.25, 2]);

        using var input = new Preprocessor(spec).Prepare(image);

        Assert.Equal([-1, 3, 0], input.Values[..3].ToArray());
        Assert.Equal([-1, -1, 0.5f], input.Values.Slice(7 * 3, 3).ToArray());
        Assert.Equal(new CropRectangle(0, 0, 8, 8), input.Crop);
    }

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    public void PrepareResized_OfWhatWasResized_IsWhatPrepareMakes(Interpolation interpolation)
    {
        using var image = TestImages.Quarters(50, 31);
        new Random(1).NextBytes(image.Bytes);
        var preprocessor = new Preprocessor(new PreprocessingSpec(null, 12, 9, interpolation, [0, 0, 0], [1, 1, 1]));

        using var resized = preprocessor.Resize(image);

        using var expected = preprocessor.Prepare(image);
        using var input = preprocessor.PrepareResized(resized);
        Assert.Equal((12, 9), (resized.Width, resized.Height));
        Assert.Equal(expected.Values.ToArray(), input.Values.ToArray());
    }

    /// <summary>Half a pixel goes to the even neighbour, as in Python: torchvision's centre crop rounds so.</summary>
    [Theory]
    [InlineData(11, 2)]
    [InlineData(9, 0)]
    public void Prepare_MarginsAreUneven_CropStartsAtTheEvenPixel(int side, int start)
    {
        using var image = TestImages.Quarters(side, side);
        var spec = new PreprocessingSpec(side, 8, 8, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1]);

        using var input = new Preprocessor(spec).Prepare(image);

        Assert.Equal(new CropRectangle(start, start, 8, 8), input.Crop);
    }

    [Fact]
    public void Dispose_PixelsAndInput_AreNoLongerReadable()
    {
        var image = TestImages.Quarters(8, 8);
        var input = new Preprocessor(new PreprocessingSpec(null, 8, 8, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1])).Prepare(image);

        image.Dispose();
        input.Dispose();

        Assert.Throws<ObjectDisposedException>(() => image.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => input.Values.Length);
    }

    /// <summary>The shorter side to 10, the longer in proportion, then the middle 8 x 8; on the photo that is a square of 16.</summary>
    [Theory]
    [InlineData(40, 20, 12, 2)]
    [InlineData(20, 40, 2, 12)]
    public void Prepare_ResizedAndCropped_SaysWhichPartOfThePhotoItIs(int width, int height, double x, double y)
    {
        using var image = TestImages.Quarters(width, height);
        var spec = new PreprocessingSpec(10, 8, 8, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1]);

        using var input = new Preprocessor(spec).Prepare(image);

        Assert.Equal(new CropRectangle(x, y, 16, 16), input.Crop);
    }
}
