using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.TestData;
using static TorchSharp.torch;
using Interpolation = GradCamGrpc.Imaging.Preprocessing.Interpolation;

namespace GradCamGrpc.Benchmarks;

/// <summary>A committed photo, as benchmarks use it.</summary>
internal static class BenchPhoto
{
    private const int Side = 224;

    /// <summary>The photo at 224 x 224, as JPEG.</summary>
    public static byte[] SmallJpeg()
    {
        using var photo = Read();
        var spec = new PreprocessingSpec(null, Side, Side, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1]);
        using var input = new Preprocessor(spec).Prepare(photo);
        byte[] rgb = [.. input.Values.ToArray().Select(value => (byte)Math.Round(value * 255))];
        using var small = ImageDecoder.FromRgb(rgb, Side, Side, new ImageLimits());
        return PictureEncoder.Encode(small, PictureFormat.Jpeg, quality: 90);
    }

    /// <summary>The photo as a network takes it, [1, 3, h, w], channels last.</summary>
    public static Tensor Input(PreprocessingManifest manifest)
    {
        using var photo = Read();
        using var input = Preprocessor(manifest).Prepare(photo);
        return tensor(input.Values.ToArray()).reshape(1, input.Height, input.Width, 3).permute(0, 3, 1, 2);
    }

    /// <summary>Makes a network's inputs of photos.</summary>
    public static Preprocessor Preprocessor(PreprocessingManifest manifest) => new(new PreprocessingSpec(
        manifest.ResizeShorterSide,
        manifest.CropWidth,
        manifest.CropHeight,
        Enum.Parse<Interpolation>(manifest.Interpolation, ignoreCase: true),
        manifest.Mean,
        manifest.Std));

    /// <summary>The photo.</summary>
    public static PixelBuffer Read() =>
        ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(TestFolders.Repository, "tests", "photos", "astronaut.png")), new ImageLimits());
}
