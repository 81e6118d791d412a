namespace GradCamGrpc.Imaging.Decoding;

/// <summary>An image's size, in pixels, as it is seen: after its EXIF orientation is applied.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Width times height.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>The longer side.</summary>
    public int LongerSide => Math.Max(Width, Height);
}
