using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>The pictures of a class, JPEG files.</summary>
/// <param name="Photo">The mean of its photos.</param>
/// <param name="Overlay">That, with the mean of its maps over it.</param>
/// <param name="Peak">The largest value of the mean map, 0 to 1: 1 where all maps are warmest at one place.</param>
internal sealed record ClassPictures(byte[] Photo, byte[] Overlay, double Peak)
{
    public const int Quality = 85;

    public const double Opacity = 0.5;

    public static ClassPictures Draw(MeanPicture photos, MeanHeat maps)
    {
        using var photo = photos.Mean();
        var heat = maps.Mean();
        using var overlay = HeatPainter.Overlay(photo, heat, new CropRectangle(0, 0, photo.Width, photo.Height), ColorMap.Turbo, Opacity);
        var peak = 0f;
        foreach (var value in heat.Values.Span)
            peak = Math.Max(peak, value);
        return new ClassPictures(
            PictureEncoder.Encode(photo, PictureFormat.Jpeg, Quality), PictureEncoder.Encode(overlay, PictureFormat.Jpeg, Quality), peak);
    }
}
