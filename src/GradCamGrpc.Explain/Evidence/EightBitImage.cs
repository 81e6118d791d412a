using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>An image in eight bits a colour, as a file holds it: what cannot be written so, nobody can be shown.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Colours">Red, green and blue of each pixel, row by row, 3 · height · width bytes.</param>
public sealed record EightBitImage(int Height, int Width, ReadOnlyMemory<byte> Colours)
{
    /// <summary>The share of a step of 1/255 by which single precision may fall short of it.</summary>
    private const double Slack = 0.01;

    /// <summary>The nearest to an image.</summary>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="scale">How the network's input is made of a photo.</param>
    public static EightBitImage Of(Tensor image, PixelScale scale)
    {
        var values = Values(image, scale);
        var colours = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
            colours[i] = (byte)Math.Clamp(Math.Round(values[i]), byte.MinValue, byte.MaxValue);
        return new EightBitImage((int)image.shape[2], (int)image.shape[3], colours);
    }

    /// <summary>This image changed as another one is, each change rounded towards 0 to a whole step of 1/255.</summary>
    /// <param name="changed">[1, 3, H, W], as the network takes it, of this image's size.</param>
    /// <param name="scale">How the network's input is made of a photo.</param>
    /// <param name="epsilon">How far a colour may move at most, in values from 0 to 1; 0 to 1.</param>
    /// <exception cref="ArgumentException">The images are of different sizes.</exception>
    public EightBitImage ChangedTo(Tensor changed, PixelScale scale, double epsilon)
    {
        if (changed.shape is not [1, 3, var height, var width] || height != Height || width != Width)
            throw new ArgumentException($"[1, 3, {Height}, {Width}] is needed, not [{string.Join(", ", changed.shape)}]", nameof(changed));

        var values = Values(changed, scale);
        var most = Math.Floor(epsilon * byte.MaxValue + 1e-9);
        var colours = Colours.ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            var difference = values[i] - colours[i];
            var steps = Math.Min(Math.Floor(Math.Abs(difference) + Slack), most);
            colours[i] = (byte)Math.Clamp(colours[i] + Math.Sign(difference) * steps, byte.MinValue, byte.MaxValue);
        }
        return this with { Colours = colours };
    }

    /// <summary>How far the colour that differs most is from another image's, in values from 0 to 1.</summary>
    /// <exception cref="ArgumentException">The images are of different sizes.</exception>
    public double LargestDifference(EightBitImage other)
    {
        if ((other.Height, other.Width) != (Height, Width))
            throw new ArgumentException($"{other.Height} x {other.Width} cannot be compared with {Height} x {Width}", nameof(other));

        var largest = 0;
        for (var i = 0; i < Colours.Length; i++)
            largest = Math.Max(largest, Math.Abs(Colours.Span[i] - other.Colours.Span[i]));
        return (double)largest / byte.MaxValue;
    }

    /// <summary>The colours from 0 to 255, pixel by pixel.</summary>
    private static double[] Values(Tensor image, PixelScale scale)
    {
        var numbers = TensorValues.Floats(image.permute(0, 2, 3, 1));                           // [1, H, W, 3]
        var values = new double[numbers.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = (numbers[i] * scale.Deviations[i % 3] + scale.Means[i % 3]) * byte.MaxValue;
        return values;
    }
}
