using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>One value a position, whoever made it: what the measures of this folder judge.</summary>
public sealed record HeatMap
{
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="values">The values, row-major, height · width of them, none of them NaN.</param>
    /// <exception cref="ArgumentException">The values are of another count, or one is NaN.</exception>
    public HeatMap(int height, int width, ReadOnlyMemory<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (values.Length != (long)height * width)
            throw new ArgumentException($"{values.Length} values are not {height} rows of {width}", nameof(values));
        if (values.Span.ContainsAnyExceptInRange(float.NegativeInfinity, float.PositiveInfinity))
            throw new ArgumentException("a value is not a number, and has no place in an order", nameof(values));

        Height = height;
        Width = width;
        Values = values;
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>The values, row-major; of any range.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>The heat of a map, at the map's own resolution.</summary>
    public static HeatMap Of(SaliencyMap map) => new(map.Shape.Height, map.Shape.Width, map.Heat());

    /// <summary>The same heat at another resolution: bilinear, the centres of pixels at half indices, the border continued.</summary>
    public HeatMap ResizedTo(int height, int width)
    {
        if (height == Height && width == Width)
            return this;
        using var scope = NewDisposeScope();
        var resized = nn.functional.interpolate(
            tensor(Values.ToArray()).reshape(1, 1, Height, Width), [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        return new HeatMap(height, width, TensorValues.Floats(resized));
    }
}
