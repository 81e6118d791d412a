using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Evidence;

/// <summary>The pixels of a network's input, and where they are on the photo.</summary>
/// <param name="input">The input; only its size and crop are used.</param>
internal sealed class InputGrid(ModelInput input)
{
    /// <summary>Columns.</summary>
    public int Width => input.Width;

    /// <summary>Rows.</summary>
    public int Height => input.Height;

    /// <summary>A box in pixels of the photo, in pixels of the input; it may reach beyond it.</summary>
    public BoundingBox FromPhoto(BoundingBox box) => new(Column(box.Left), Row(box.Top), Column(box.Right), Row(box.Bottom));

    /// <summary>The middle of a pixel of the input, in pixels of the photo.</summary>
    public (double X, double Y) ToPhoto(PixelPosition pixel) => (
        input.Crop.X + (pixel.Column + 0.5) * input.Crop.Width / Width,
        input.Crop.Y + (pixel.Row + 0.5) * input.Crop.Height / Height);

    private double Column(double x) => (x - input.Crop.X) * Width / input.Crop.Width;

    private double Row(double y) => (y - input.Crop.Y) * Height / input.Crop.Height;
}
