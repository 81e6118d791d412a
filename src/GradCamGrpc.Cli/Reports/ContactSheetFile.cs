using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Cli.Reports;

/// <summary>The picture of all pictures.</summary>
internal static class ContactSheetFile
{
    private static readonly string[] Pictures = [".png", ".jpg", ".webp"];

    /// <summary>Writes <c>contact-sheet.png</c> when there are at least two pictures.</summary>
    /// <returns>The file; null when there was no need of one.</returns>
    public static async Task<string?> WriteAsync(IEnumerable<ExplainedPhoto> photos, DirectoryInfo folder, CancellationToken cancellation)
    {
        var pictures = new List<(byte[] Picture, string Caption)>();
        foreach (var (map, files) in photos.SelectMany(photo => photo.Maps))
        {
            var label = map.Provenance.Score.Class.Label;
            foreach (var file in files.Where(file => Pictures.Contains(Path.GetExtension(file))))
                pictures.Add((await File.ReadAllBytesAsync(file, cancellation), $"{label.Split(',')[0]}, {map.Provenance.Layer}"));
        }
        if (pictures.Count < 2)
            return null;

        var path = Path.Combine(folder.FullName, "contact-sheet.png");
        await File.WriteAllBytesAsync(path, ContactSheet.Draw(pictures), cancellation);
        return path;
    }
}
