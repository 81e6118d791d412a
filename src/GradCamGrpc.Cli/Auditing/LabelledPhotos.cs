using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Models.Repository;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>
/// Finds the photos of a data set: <c>images/</c> and <c>boxes.tsv</c> (see <see cref="BoxedPhotos"/>), or a folder for each class, which
/// has the class's index or label as its name and the class's photos in it. Names that start with a dot are passed over.
/// </summary>
internal static class LabelledPhotos
{
    /// <param name="folder">The data set.</param>
    /// <param name="labels">The model's classes.</param>
    /// <returns>One photo or more, those of class folders without boxes. They may not be there, or be no photos at all.</returns>
    /// <exception cref="EvaluationException">It is neither of both; every fault of the folders' names is told.</exception>
    public static IReadOnlyList<BoxedPhoto> Read(string folder, LabelIndex labels)
    {
        if (!Directory.Exists(folder))
            throw new EvaluationException($"there is no folder {folder}");
        return File.Exists(Path.Combine(folder, BoxedPhotos.BoxFile)) ? BoxedPhotos.ReadTable(folder) : ReadFolders(folder, labels);
    }

    private static List<BoxedPhoto> ReadFolders(string folder, LabelIndex labels)
    {
        var photos = new List<BoxedPhoto>();
        var faults = new List<string>();
        foreach (var ofClass in Visible(Directory.GetDirectories(folder)))
        {
            var (index, fault) = ClassFinder.Find(Path.GetFileName(ofClass), labels);
            if (index is { } found)
                photos.AddRange(Visible(Directory.GetFiles(ofClass)).Select(file => new BoxedPhoto(file, found, [])));
            else
                faults.Add(fault!);
        }
        if (faults.Count > 0)
            throw new EvaluationException($"folders of {folder} do not name classes: {string.Join("; ", faults)}");
        return photos.Count > 0
            ? photos
            : throw new EvaluationException(
                $"{folder} has no photos: {BoxedPhotos.BoxFile} and images/ are needed, or a folder for each class, by its index or label, with photos in it");
    }

    private static IEnumerable<string> Visible(IEnumerable<string> paths) =>
        paths.Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal);
}
