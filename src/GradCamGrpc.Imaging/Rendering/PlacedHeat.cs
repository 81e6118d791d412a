namespace GradCamGrpc.Imaging.Rendering;

/// <summary>A map after the ReLU on the grid of an image, a row at a time: an image of many megapixels needs no array of its size.</summary>
public sealed class PlacedHeat
{
    private readonly HeatGrid _heat;
    private readonly HeatSampler? _sampler;
    private readonly float[] _row;

    /// <param name="map">The map, signed.</param>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="crop">The part of the image that the map covers.</param>
    public PlacedHeat(HeatGrid map, int width, int height, CropRectangle crop)
    {
        (Width, Height) = (width, height);
        _heat = map.Rectified();
        _sampler = _heat.IsOn(width, height, crop) ? null : new HeatSampler(_heat, width, height, crop);
        _row = new float[width];
        for (var y = 0; y < height; y++)
        {
            foreach (var value in Row(y).Span)
                Maximum = Math.Max(Maximum, value);
        }
    }

    /// <summary>The image's columns.</summary>
    public int Width { get; }

    /// <summary>The image's rows.</summary>
    public int Height { get; }

    /// <summary>The largest value; 0 where nothing is positive.</summary>
    public float Maximum { get; }

    /// <summary>A row of the image, as <see cref="HeatGrid.Placed"/> has it; valid until the next call.</summary>
    public ReadOnlyMemory<float> Row(int y)
    {
        if (_sampler is null)
            return _heat.Values.Slice(y * Width, Width);
        if (_sampler.TryRow(y, out var heat))
            heat.CopyTo(_row.AsSpan(_sampler.FirstColumn));
        else
            Array.Clear(_row);
        return _row;
    }
}
