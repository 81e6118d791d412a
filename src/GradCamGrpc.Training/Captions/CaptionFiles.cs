using GradCamGrpc.Models.Text;
using GradCamGrpc.Training.Questions;

namespace GradCamGrpc.Training.Captions;

/// <summary>The photos of Flickr8k's folder with their captions as words: <c>images/</c>, and what <see cref="PhotoCaptions.Read"/> reads.</summary>
public static class CaptionFiles
{
    /// <summary>Reads one split.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="split"><c>train</c>, <c>dev</c> or <c>test</c>.</param>
    /// <exception cref="InvalidDataException">A file is absent, a line is wrong, or a photo has no captions.</exception>
    public static IReadOnlyList<CaptionedPhoto> Read(string folder, string split)
    {
        try
        {
            return
            [
                .. PhotoCaptions.Read(folder, $"{split}.txt").Select(photo => new CaptionedPhoto(
                    Path.Combine(folder, "images", photo.Image), [.. photo.Captions.Select(Words.Of)])),
            ];
        }
        catch (IOException fault)
        {
            throw new InvalidDataException(fault.Message, fault);
        }
    }
}
