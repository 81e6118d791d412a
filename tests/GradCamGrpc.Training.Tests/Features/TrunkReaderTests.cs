using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;
using GradCamGrpc.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Training.Tests.Features;

/// <summary>On the embedded model and a committed photo.</summary>
public sealed class TrunkReaderTests : IDisposable
{
    private static readonly string Photo = Path.Combine(TestFolders.Repository, "tests", "photos", "chelsea.png");

    private static readonly ModelFolder Folder = EmbeddedModel.Read();

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>An inverted residual block adds its input to its last layer's output, in place: that is a sum of what is seen, not what is seen.</summary>
    [Theory]
    [InlineData("blocks.1.0", "blocks.1.1")]
    [InlineData("blocks.5.1", "blocks.5.2")]
    public void Read_LayerThatALaterOneOverwrites_IsAsItWas(string before, string block)
    {
        using var trunk = new TrunkReader(Folder, Folder.Manifest.Preprocessing, [before, $"{block}.bn3", block]);

        var maps = trunk.Read(Photo, [PhotoView.Whole]);

        Assert.Equal(Numbers(maps[2]), Numbers(maps[0].add(maps[1])));
    }

    /// <summary>Early layers run on four photos at a time.</summary>
    [Fact]
    public void Read_MoreViewsThanRunTogether_HaveAllTheirMapsInTheirOrder()
    {
        using var trunk = new TrunkReader(Folder, Folder.Manifest.Preprocessing, ["blocks.0.0", "blocks.4.2"]);
        var views = PhotoView.Several(6, seed: 3);

        var together = trunk.Read(Photo, views);

        Assert.Equal([6, 16, 112, 112], together[0].shape);
        for (var i = 0; i < views.Count; i++)
        {
            var alone = trunk.Read(Photo, [views[i]]);
            for (var source = 0; source < alone.Count; source++)
                Assert.True(alone[source][0].allclose(together[source][i], rtol: 1e-4, atol: 1e-4), $"view {i}, layer {source}");
        }
    }

    /// <summary>Of a photo that is resized and cropped beforehand, the plain preprocessing moves no pixel.</summary>
    [Fact]
    public void Read_PreprocessingThatCrops_SeesTheCrop()
    {
        var cropping = Folder.Manifest.Preprocessing with { ResizeShorterSide = 256 };
        var cropped = Path.GetTempFileName();
        try
        {
            using (var photo = ImageDecoder.Decode(File.ReadAllBytes(Photo), new ImageLimits()))
            using (var crop = new Preprocessor(new PreprocessingSpec(256, 224, 224, Interpolation.Bicubic, cropping.Mean, cropping.Std)).Resize(photo))
                File.WriteAllBytes(cropped, PictureEncoder.Encode(crop, PictureFormat.Png, quality: 100));
            using var actual = new TrunkReader(Folder, cropping, ["bn2"]);
            using var expected = new TrunkReader(Folder, cropping with { ResizeShorterSide = null }, ["bn2"]);

            foreach (var view in PhotoView.Several(2, seed: 1))
                Assert.Equal(Numbers(expected.Read(cropped, [view])[0]), Numbers(actual.Read(Photo, [view])[0]));
        }
        finally
        {
            File.Delete(cropped);
        }
    }

    /// <summary>
    /// A photo of 256 by 256 pixels is not resized for a crop, nor one of 224 by 224 to be seen whole: a crop whose corner is 24 and 9 pixels from
    /// the photo's is the photo that begins there.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_Crop_IsThePhotoThatBeginsThere(bool isMirrored)
    {
        const int Left = 24;
        const int Top = 9;
        var preprocessing = Folder.Manifest.Preprocessing with { ResizeShorterSide = null };
        var (larger, moved) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            using (var photo = ImageDecoder.Decode(File.ReadAllBytes(Photo), new ImageLimits()))
            using (var whole = new Preprocessor(new PreprocessingSpec(null, 256, 256, Interpolation.Bicubic, preprocessing.Mean, preprocessing.Std)).Resize(photo))
            using (var part = new PixelBuffer(224, 224))
            {
                for (var y = 0; y < part.Height; y++)
                    whole.Row(Top + y).Slice(Left * PixelBuffer.Channels, part.Width * PixelBuffer.Channels).CopyTo(part.Row(y));
                File.WriteAllBytes(larger, PictureEncoder.Encode(whole, PictureFormat.Png, quality: 100));
                File.WriteAllBytes(moved, PictureEncoder.Encode(part, PictureFormat.Png, quality: 100));
            }
            using var trunk = new TrunkReader(Folder, preprocessing, ["blocks.1.1"]);

            var crop = trunk.Read(larger, [new PhotoView(Left / 256.0, Top / 256.0, isMirrored)])[0];

            Assert.Equal(Numbers(trunk.Read(moved, [PhotoView.Whole with { IsMirrored = isMirrored }])[0]), Numbers(crop));
        }
        finally
        {
            File.Delete(larger);
            File.Delete(moved);
        }
    }

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
