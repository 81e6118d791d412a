namespace GradCamGrpc.Models.Repository;

/// <summary>How a photo becomes a network's input: resize, crop, then (value / 255 − mean) / std for each of red, green and blue.</summary>
/// <param name="ResizeShorterSide">The shorter side after resizing, in pixels, the aspect ratio kept; null to resize to exactly the crop's size.</param>
/// <param name="CropWidth">The width of the network's input, in pixels.</param>
/// <param name="CropHeight">The height of the network's input, in pixels.</param>
/// <param name="Interpolation"><c>bilinear</c> or <c>bicubic</c>, both antialiased.</param>
/// <param name="Mean">Three numbers.</param>
/// <param name="Std">Three numbers above 0.</param>
public sealed record PreprocessingManifest(
    int? ResizeShorterSide, int CropWidth, int CropHeight, string Interpolation, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);
