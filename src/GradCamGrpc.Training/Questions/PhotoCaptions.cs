namespace GradCamGrpc.Training.Questions;

/// <summary>What people wrote about a photo.</summary>
/// <param name="Image">The photo's file name.</param>
/// <param name="Captions">Its captions; five in Flickr8k.</param>
public sealed record PhotoCaptions(string Image, IReadOnlyList<string> Captions)
{
    /// <summary>
    /// Reads the photos of a split of Flickr8k (Hodosh et al. 2013), in its order: <c>captions.tsv</c> has a caption a line, file and caption
    /// with a tab between them; the split's file, such as <c>train.txt</c>, has a file name a line.
    /// </summary>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A line is wrong, or a photo of the split has no caption.</exception>
    public static IReadOnlyList<PhotoCaptions> Read(string folder, string splitFile)
    {
        var captions = File.ReadLines(Path.Combine(folder, "captions.tsv"))
            .Select((line, i) => line.Split('\t') is [{ Length: > 0 } image, { Length: > 0 } caption]
                ? (Image: image, Caption: caption)
                : throw new InvalidDataException($"captions.tsv, line {i + 1}: two columns are needed: file, caption"))
            .ToLookup(row => row.Image, row => row.Caption, StringComparer.Ordinal);
        return [.. File.ReadLines(Path.Combine(folder, splitFile))
            .Where(image => image.Length > 0)
            .Select(image => captions.Contains(image)
                ? new PhotoCaptions(image, [.. captions[image]])
                : throw new InvalidDataException($"{splitFile}: {image} has no caption in captions.tsv"))];
    }
}
