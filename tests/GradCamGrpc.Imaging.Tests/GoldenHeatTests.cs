using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Imaging.Tests;

[Trait("Category", "Golden")]
public sealed class GoldenHeatTests
{
    public static TheoryData<string> Keys => CamCase.Theory(golden => golden is { Raw: true, Scaled: true } ? golden.Key : null);

    [Theory, MemberData(nameof(Keys))]
    public void Scaled_GoldenMap_ResizedToTheInputEqualsTheReference(string key)
    {
        using var arrays = GoldenArrays.Open("cams.safetensors");
        var layer = arrays.Shape($"{key}.raw");
        var input = arrays.Shape($"{key}.scaled");

        var scaled = new HeatGrid(layer[1], layer[0], arrays.Floats($"{key}.raw"))
            .Scaled(input[1], input[0], new CropRectangle(0, 0, input[1], input[0]));

        var expected = arrays.Floats($"{key}.scaled");
        Assert.InRange(scaled.Values.ToArray().Zip(expected, (ours, theirs) => Math.Abs(ours - theirs)).Max(), 0, 1e-3);
    }
}
