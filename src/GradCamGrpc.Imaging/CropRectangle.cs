namespace GradCamGrpc.Imaging;

/// <summary>The part of an image that a network sees, in pixels of that image; borders may lie between pixels.</summary>
/// <param name="X">The left border.</param>
/// <param name="Y">The upper border.</param>
/// <param name="Width">From the left border to the right one.</param>
/// <param name="Height">From the upper border to the lower one.</param>
public readonly record struct CropRectangle(double X, double Y, double Width, double Height);
