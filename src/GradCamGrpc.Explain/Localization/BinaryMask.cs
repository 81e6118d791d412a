namespace GradCamGrpc.Explain.Localization;

/// <summary>Which pixels of an image belong to something.</summary>
public sealed class BinaryMask
{
    private readonly bool[] _pixels;

    /// <summary>Takes over the pixels.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="pixels">[height, width], row-major.</param>
    /// <exception cref="ArgumentException">They are no whole number of rows.</exception>
    public BinaryMask(int width, bool[] pixels)
    {
        Height = Plane.Rows(pixels.Length, width);
        Width = width;
        _pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>[height, width], row-major.</summary>
    public ReadOnlySpan<bool> Pixels => _pixels;

    /// <summary>Whether a pixel belongs to it.</summary>
    public bool this[int row, int column] => _pixels[row * Width + column];
}
