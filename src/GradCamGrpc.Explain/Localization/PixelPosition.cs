namespace GradCamGrpc.Explain.Localization;

/// <summary>A pixel of an image, or a position of a map; its centre lies half a pixel right of and below its corner.</summary>
/// <param name="Row">From 0, at the top.</param>
/// <param name="Column">From 0, at the left.</param>
public readonly record struct PixelPosition(int Row, int Column);
