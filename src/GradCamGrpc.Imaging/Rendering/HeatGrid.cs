namespace GradCamGrpc.Imaging.Rendering;

/// <summary>A map: height · width values, row by row.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Values">The values.</param>
public sealed record HeatGrid(int Width, int Height, ReadOnlyMemory<float> Values)
{
    /// <summary>Whether the ReLU of the map is zero everywhere.</summary>
    public bool IsAllZero => !Values.Span.ContainsAnyInRange(float.Epsilon, float.PositiveInfinity);

    /// <summary>The ReLU of the values.</summary>
    public HeatGrid Rectified()
    {
        var rectified = Values.ToArray();
        foreach (ref var value in rectified.AsSpan())
            value = Math.Max(value, 0);
        return this with { Values = rectified };
    }

    /// <summary>The map on the grid of an image: bilinear, with half-pixel centres and edges held, inside the part that it covers; 0 outside.</summary>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="crop">The part of the image that the map covers.</param>
    public HeatGrid Placed(int width, int height, CropRectangle crop) =>
        IsOn(width, height, crop) ? this : Collect(new HeatSampler(this, width, height, crop), width, height);

    /// <summary>
    /// The map on the grid of an image, for drawing: after the ReLU and on the finer grid, minus its minimum, divided by its maximum
    /// then; 0 outside the part that it covers. A map in which nothing is positive stays all zero: there is nothing to stretch.
    /// </summary>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="crop">The part of the image that the map covers.</param>
    /// <returns>Values from 0 to 1.</returns>
    public HeatGrid Scaled(int width, int height, CropRectangle crop) => Collect(new ScaledHeat(this, width, height, crop), width, height);

    /// <summary>Whether the image's grid is the map's own, on which a map keeps its every digit.</summary>
    internal bool IsOn(int width, int height, CropRectangle crop) =>
        width == Width && height == Height && crop == new CropRectangle(0, 0, width, height);

    private static HeatGrid Collect(IHeatRows rows, int width, int height)
    {
        var values = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            if (rows.TryRow(y, out var heat))
                heat.CopyTo(values.AsSpan(y * width + rows.FirstColumn));
        }
        return new HeatGrid(width, height, values);
    }
}
