namespace GradCamGrpc.Imaging.Preprocessing;

/// <summary>How an image becomes a network's input: resized, cropped in the middle, then (value / 255 − mean) / std.</summary>
/// <param name="ResizeShorterSide">
/// The shorter side after resizing, in pixels, the aspect ratio kept, not less than either side of the crop; null to resize to
/// exactly the crop's size.
/// </param>
/// <param name="CropWidth">The input's width, in pixels.</param>
/// <param name="CropHeight">The input's height, in pixels.</param>
/// <param name="Interpolation">The kernel.</param>
/// <param name="Mean">For red, green and blue.</param>
/// <param name="Std">For red, green and blue.</param>
public sealed record PreprocessingSpec(
    int? ResizeShorterSide, int CropWidth, int CropHeight, Interpolation Interpolation, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>Whether both make the same input of every image.</summary>
    public bool Equals(PreprocessingSpec? other) => other is not null
        && (ResizeShorterSide, CropWidth, CropHeight, Interpolation)
            == (other.ResizeShorterSide, other.CropWidth, other.CropHeight, other.Interpolation)
        && Mean.SequenceEqual(other.Mean)
        && Std.SequenceEqual(other.Std);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(ResizeShorterSide, CropWidth, CropHeight, Interpolation);
}
