using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Decoding;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How much of a photo lies in its boxes: what a map has inside that is the same everywhere.</summary>
internal static class BoxedShare
{
    /// <summary>The share of the pixels that lie in any box, be it in part; 0 to 1.</summary>
    public static double Of(ImageSize size, IReadOnlyList<BoundingBox> boxes)
    {
        var even = new float[size.Width * size.Height];
        Array.Fill(even, 1);
        return HeatEnergy.ShareInside(even, size.Width, boxes);
    }
}
