using GradCamGrpc.Explain.Localization;
using GradCamGrpc.Imaging.Decoding;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>A photo as a network takes it.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Size">Its size.</param>
/// <param name="Input">The whole of it.</param>
internal sealed record LoadedPhoto(BoxedPhoto Photo, ImageSize Size, ModelInput Input) : IDisposable
{
    /// <exception cref="EvaluationException">It cannot be decoded, or a box is not within it.</exception>
    public static LoadedPhoto Load(BoxedPhoto photo, Preprocessor preprocessor)
    {
        try
        {
            using var pixels = ImageDecoder.Decode(File.ReadAllBytes(photo.Path), new ImageLimits());
            foreach (var box in photo.Boxes)
                CheckWithin(photo, box, pixels.Width, pixels.Height);
            return new LoadedPhoto(photo, new ImageSize(pixels.Width, pixels.Height), preprocessor.Prepare(pixels));
        }
        catch (InvalidImageException fault)
        {
            throw new EvaluationException($"{photo.Path}: {fault.Message}");
        }
    }

    public void Dispose() => Input.Dispose();

    private static void CheckWithin(BoxedPhoto photo, BoundingBox box, int width, int height)
    {
        if (box.Left < 0 || box.Top < 0 || box.Right > width || box.Bottom > height)
        {
            throw new EvaluationException(FormattableString.Invariant(
                $"{photo.Path}: the box {box.Left}, {box.Top}, {box.Right}, {box.Bottom} is not within the photo, which is {width} x {height} pixels"));
        }
    }
}
