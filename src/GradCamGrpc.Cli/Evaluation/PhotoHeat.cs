using GradCamGrpc.Explain;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Maps on the grid of the photo that they are of.</summary>
internal static class PhotoHeat
{
    /// <param name="map">A map of the whole photo.</param>
    /// <param name="size">The photo's size.</param>
    /// <returns>The rectified map, [height, width].</returns>
    public static ReadOnlyMemory<float> Of(SaliencyMap map, ImageSize size) => Grid(map).Rectified()
        .Placed(size.Width, size.Height, new CropRectangle(0, 0, size.Width, size.Height)).Values;

    /// <summary>The map at its own size.</summary>
    public static HeatGrid Grid(SaliencyMap map) => new(map.Shape.Width, map.Shape.Height, map.Heat());
}
