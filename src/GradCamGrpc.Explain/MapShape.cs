namespace GradCamGrpc.Explain;

/// <summary>A map's shape.</summary>
/// <param name="Channels">1, or the image's 3 for a method that explains each colour of a pixel.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record MapShape(int Channels, int Height, int Width)
{
    /// <summary>Height times width.</summary>
    public int Positions => Height * Width;
}
