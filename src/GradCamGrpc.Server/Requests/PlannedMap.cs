using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Rendering;
using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Server.Requests;

/// <summary>A map that will be returned.</summary>
/// <param name="Question">The question that it answers.</param>
/// <param name="Photo">The size of the photo that it will be a map of.</param>
internal sealed record PlannedMap(MapQuestion Question, ImageSize Photo)
{
    /// <summary>How much its raw numbers will take.</summary>
    public long RawBytes => Question.Outputs.OfType<OutputForm.Raw>().Sum(raw => Pixels(raw.Grid) * Planes(raw.Values) * sizeof(float));

    /// <summary>The pixels of all its pictures.</summary>
    public long PicturePixels => Question.Outputs.OfType<OutputForm.Picture>().Count() * Photo.Pixels;

    /// <summary>Whether a format does not hold a picture of the photo's size.</summary>
    public bool IsTooLargeFor(OutputForm output) =>
        output is OutputForm.Coloured { Writing.Format: PictureFormat.Webp } && Photo.LongerSide > PictureEncoder.MaxWebpSide;

    private long Pixels(MapGrid grid) => grid is MapGrid.Image ? Photo.Pixels : Question.View.InputSize.Pixels;

    /// <summary>A fused map has one value a position, whatever its layers' maps had.</summary>
    private int Planes(MapValues values) => values is MapValues.Signed
        ? Question.Methods.Max(method => Question.Fusion is not null && method.UsesLayer ? 1 : method.Channels)
        : 1;
}
