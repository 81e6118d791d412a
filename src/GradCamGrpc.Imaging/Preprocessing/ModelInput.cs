using System.Buffers;

namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>A network's input: height · width · 3 numbers, the three channels of a pixel side by side. The memory is pooled.</summary>
public sealed class ModelInput : IDisposable
{
    private float[]? _values;

    internal ModelInput(int width, int height, CropRectangle crop)
    {
        Width = width;
        Height = height;
        Crop = crop;
        _values = ArrayPool<float>.Shared.Rent(width * height * 3);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The part of the image that it shows.</summary>
    public CropRectangle Crop { get; }

    /// <summary>The values, [height, width, 3].</summary>
    public ReadOnlySpan<float> Values => WritableValues;

    internal Span<float> WritableValues
    {
        get
        {
            ObjectDisposedException.ThrowIf(_values is null, this);
            return _values.AsSpan(0, Width * Height * 3);
        }
    }

    /// <summary>The same input in memory of its own, for another to consume.</summary>
    public ModelInput Copy()
    {
        var copy = new ModelInput(Width, Height, Crop);
        Values.CopyTo(copy.WritableValues);
        return copy;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _values, null) is { } values)
            ArrayPool<float>.Shared.Return(values);
    }
}
