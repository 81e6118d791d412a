using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A photo as a network takes it.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Size">Its size.</param>
/// <param name="Seen">The whole of it, at the input's size.</param>
/// <param name="Input">That, normalised.</param>
internal sealed record LoadedPhoto(BoxedPhoto Photo, ImageSize Size, PixelBuffer Seen, ModelInput Input) : IDisposable
{
    /// <exception cref="EvaluationException">It cannot be decoded, or a box is not within it.</exception>
    public static LoadedPhoto Load(BoxedPhoto photo, Preprocessor preprocessor)
    {
        try
        {
            using var pixels = ImageDecoder.Decode(File.ReadAllBytes(photo.Path), new ImageLimits());
            foreach (var box in photo.Boxes)
                CheckWithin(photo, box, pixels.Width, pixels.Height);
            var seen = preprocessor.Resize(pixels);
            return new LoadedPhoto(photo, new ImageSize(pixels.Width, pixels.Height), seen, preprocessor.PrepareResized(seen));
        }
        catch (InvalidImageException fault)
        {
            throw new EvaluationException($"{photo.Path}: {fault.Message}");
        }
    }

    /// <summary>A box of the photo, where the input has it.</summary>
    public BoundingBox OnInput(BoundingBox box)
    {
        var (columns, rows) = ((double)Seen.Width / Size.Width, (double)Seen.Height / Size.Height);
        return new BoundingBox(box.Left * columns, box.Top * rows, box.Right * columns, box.Bottom * rows);
    }

    public void Dispose()
    {
        Seen.Dispose();
        Input.Dispose();
    }

    private static void CheckWithin(BoxedPhoto photo, BoundingBox box, int width, int height)
    {
        if (box.Left < 0 || box.Top < 0 || box.Right > width || box.Bottom > height)
        {
            throw new EvaluationException(FormattableString.Invariant(
                $"{photo.Path}: the box {box.Left}, {box.Top}, {box.Right}, {box.Bottom} is not within the photo, which is {width} x {height} pixels"));
        }
    }
}
