using GradCamGrpc.Explain.Evidence;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests.Evidence;

public sealed class EightBitImageTests : IDisposable
{
    private static readonly PixelScale Scale = new([0.5, 0.4, 0.3], [0.25, 0.2, 0.1]);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_NormalisedBytes_AreTheBytesPixelByPixel()
    {
        byte[] colours = [.. Enumerable.Range(0, 256 * 3).Select(i => (byte)(i / 3 ^ i % 3))];

        var image = EightBitImage.Of(Input(colours, height: 16, width: 16), Scale);

        Assert.Equal((16, 16), (image.Height, image.Width));
        Assert.Equal(colours, image.Colours);
    }

    /// <summary>Steps of 1.9, −1.9, 2, −2, 0.9 and 2.6 are 1, −1, 2, −2, 0 and, beyond an epsilon of 2, 2.</summary>
    [Fact]
    public void ChangedTo_PartsOfSteps_AreRoundedTowardsTheImageAndEndAtEpsilon()
    {
        byte[] colours = [100, 100, 100, 0, 255, 100];
        var image = EightBitImage.Of(Input(colours, height: 1, width: 2), Scale);
        var changed = Input([101.9, 98.1, 102, 0.9, 253, 102.6], height: 1, width: 2);

        var whole = image.ChangedTo(changed, Scale, epsilon: 2.0 / 255);

        Assert.Equal([101, 99, 102, 0, 253, 102], whole.Colours.ToArray());
        Assert.Equal(2.0 / 255, whole.LargestDifference(image));
        Assert.Equal(image.Colours, image.ChangedTo(changed, Scale, epsilon: 0.9 / 255).Colours);
    }

    /// <summary>At every epsilon of whole steps, single precision loses none of them and gives none for free.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(255)]
    public void ChangedTo_SignStepOfWholeSteps_MovesByExactlySoMany(int steps)
    {
        byte[] colours = [.. Enumerable.Range(0, 256 * 3).Select(i => (byte)(i / 3))];
        var input = Input(colours, height: 16, width: 16);
        var image = EightBitImage.Of(input, Scale);
        var reach = Scale.Difference(steps / 255.0, input);

        var lighter = image.ChangedTo(minimum(input + reach, Scale.Input(1, input)), Scale, steps / 255.0);

        Assert.Equal(colours.Select(colour => (byte)Math.Min(colour + steps, 255)), lighter.Colours.ToArray());
    }

    [Fact]
    public void ChangedTo_AnotherSize_Throws()
    {
        var image = EightBitImage.Of(zeros(1, 3, 2, 3), Scale);

        Assert.Throws<ArgumentException>(() => image.ChangedTo(zeros(1, 3, 3, 2), Scale, 0.1));
        Assert.Throws<ArgumentException>(() => image.LargestDifference(EightBitImage.Of(zeros(1, 3, 3, 2), Scale)));
    }

    private static Tensor Input(byte[] colours, int height, int width) => Input([.. colours.Select(colour => (double)colour)], height, width);

    /// <summary>Colours from 0 to 255 as the network takes them, in single precision.</summary>
    private static Tensor Input(double[] colours, int height, int width)
    {
        var input = colours.Select((colour, i) => ((float)colour / 255 - (float)Scale.Means[i % 3]) / (float)Scale.Deviations[i % 3]).ToArray();
        return tensor(input).reshape(1, height, width, 3).permute(0, 3, 1, 2);
    }
}
