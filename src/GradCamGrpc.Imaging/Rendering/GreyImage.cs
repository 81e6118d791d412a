namespace GradCamGrpc.Imaging.Rendering;

/// <summary>An image of one channel: height · width levels, row by row.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Levels">0 to 255 each.</param>
public sealed record GreyImage(int Width, int Height, ReadOnlyMemory<byte> Levels);
