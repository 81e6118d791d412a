using System.Text.Json;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Imaging.Tests;

[Trait("Category", "Golden")]
public sealed class GoldenPreprocessingTests
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Case(
        string Key, string Image, string Interpolation, int? ResizeShorter, int? CenterCrop, int[]? ResizeExact, int[] SourceSize)
    {
        public PreprocessingSpec Spec => new(
            ResizeShorter, CenterCrop ?? ResizeExact![0], CenterCrop ?? ResizeExact![1], Enum.Parse<Interpolation>(Interpolation, ignoreCase: true), [0, 0, 0], [1, 1, 1]);
    }

    public static TheoryData<string> Keys => TestFolders.GoldenCases("preprocessing.json", () => Cases().Select(golden => golden.Key));

    [Theory, MemberData(nameof(Keys))]
    public void Prepare_GoldenCase_BytesEqualPillow(string key)
    {
        var golden = Cases().Single(candidate => candidate.Key == key);
        using var image = ImageDecoder.Decode(File.ReadAllBytes(TestFolders.Data(golden.Image)), new ImageLimits());
        Assert.Equal((golden.SourceSize[0], golden.SourceSize[1]), (image.Width, image.Height));

        using var input = new Preprocessor(golden.Spec).Prepare(image);

        using var arrays = GoldenArrays.Open("preprocessing.safetensors");
        var expected = arrays.Bytes(key);
        var differences = input.Values.ToArray().Select((value, i) => Math.Abs(Math.Round(value * 255) - expected[i])).ToArray();
        var isLossless = golden.Image.EndsWith(".png", StringComparison.Ordinal);
        Assert.Equal(expected.Length, differences.Length);
        Assert.InRange(differences.Max(), 0, isLossless ? 1 : 3);
        Assert.InRange(differences.Average(), 0, isLossless ? 0.1 : 0.5);
    }

    private static Case[] Cases() =>
        JsonSerializer.Deserialize<Case[]>(File.ReadAllText(TestFolders.Golden("preprocessing.json")), Format)!;
}
