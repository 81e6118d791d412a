using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class ActivationKeyTests
{
    private static readonly CutLayer First = new("a", 2, 2, 2);
    private static readonly CutLayer Second = new("b", 2, 2, 2);

    [Fact]
    public void Of_SameWeightsPhotoAndLayers_IsTheSame() =>
        Assert.Equal(Key("w", Input(8, 4), First, Second), Key("w", Input(8, 4), First, Second));

    /// <summary>One pixel in any corner counts, the last one, too.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(24)]
    [InlineData(31)]
    public void Of_OnePixelChanged_IsAnother(int pixel) => Assert.NotEqual(Key("w", Input(8, 4), First), Key("w", Input(8, 4, pixel), First));

    [Fact]
    public void Of_SameNumbersOfAnotherSize_IsAnother() => Assert.NotEqual(Key("w", Input(8, 4), First), Key("w", Input(4, 8), First));

    [Fact]
    public void Of_OtherWeights_IsAnother() => Assert.NotEqual(Key("w", Input(8, 4), First), Key("v", Input(8, 4), First));

    /// <summary>Fewer, more, others, and the same in another order: their maps would come in that order.</summary>
    [Fact]
    public void Of_OtherLayers_IsAnother()
    {
        ActivationKey[] keys =
        [
            Key("w", Input(8, 4), First),
            Key("w", Input(8, 4), Second),
            Key("w", Input(8, 4), First, Second),
            Key("w", Input(8, 4), Second, First),
        ];

        Assert.Equal(4, keys.Distinct().Count());
    }

    private static ActivationKey Key(string weights, ModelInput input, params CutLayer[] layers)
    {
        using (input)
            return ActivationKey.Of(weights, input, layers);
    }

    /// <summary>A grey photo, of which one pixel may be black.</summary>
    private static ModelInput Input(int width, int height, int? black = null)
    {
        using var photo = new PixelBuffer(width, height);
        photo.Bytes.Fill(128);
        if (black is { } pixel)
            photo.Bytes.Slice(pixel * PixelBuffer.Channels, 3).Clear();
        return new Preprocessor(new PreprocessingSpec(null, width, height, Interpolation.Bilinear, [0, 0, 0], [1, 1, 1])).Prepare(photo);
    }
}
