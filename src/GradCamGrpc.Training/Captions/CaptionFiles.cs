using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Training.Captions;

/// <summary>Reads Flickr8k's folder: <c>images/</c>, <c>captions.tsv</c> (file, caption), and the files of each split's photos.</summary>
public static class CaptionFiles
{
    /// <summary>Reads one split.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="split"><c>train</c>, <c>dev</c> or <c>test</c>.</param>
    /// <exception cref="InvalidDataException">A file is absent, or a photo has no captions.</exception>
    public static IReadOnlyList<CaptionedPhoto> Read(string folder, string split)
    {
        var captions = Lines(folder, "captions.tsv")
            .Select(line => line.Split('\t', 2))
            .ToLookup(fields => fields[0], fields => Words.Of(fields[^1]), StringComparer.Ordinal);
        return
        [
            .. Lines(folder, $"{split}.txt").Select(file => captions.Contains(file)
                ? new CaptionedPhoto(Path.Combine(folder, "images", file), [.. captions[file]])
                : throw new InvalidDataException($"captions.tsv has no captions of {file}")),
        ];
    }

    private static IEnumerable<string> Lines(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            throw new InvalidDataException($"there is no file {path}");
        return File.ReadLines(path).Where(line => line.Length > 0);
    }
}
