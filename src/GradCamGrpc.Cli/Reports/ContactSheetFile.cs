using GradCamGrpc.Cli.Explaining;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Cli.Reports;

/// <summary>The picture of all pictures.</summary>
internal static class ContactSheetFile
{
    /// <summary>More would make a sheet that no viewer opens.</summary>
    private const int MaxPictures = 400;

    private static readonly string[] Extensions = [".png", ".jpg", ".webp"];

    /// <summary>Writes <c>contact-sheet.png</c> when there are at least two pictures, and further ones when there are very many.</summary>
    /// <returns>The files; none when there was no need of one.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        IEnumerable<ExplainedPhoto> photos, DirectoryInfo folder, CancellationToken cancellation)
    {
        var pictures = photos.SelectMany(photo => photo.Maps).SelectMany(Pictures).ToArray();
        var sheets = new List<string>();
        if (pictures.Length < 2)
            return sheets;
        foreach (var chunk in pictures.Chunk(MaxPictures))
        {
            var cells = new List<(byte[] Picture, string Caption)>();
            foreach (var (file, caption) in chunk)
                cells.Add((await File.ReadAllBytesAsync(file, cancellation), caption));
            var sheet = Path.Combine(folder.FullName, sheets.Count == 0 ? "contact-sheet.png" : $"contact-sheet-{sheets.Count + 1}.png");
            await File.WriteAllBytesAsync(sheet, ContactSheet.Draw(cells), cancellation);
            sheets.Add(sheet);
        }
        return sheets;
    }

    private static IEnumerable<(string File, string Caption)> Pictures(WrittenMap written)
    {
        var caption = Captions.Of(written.Provenance);
        return written.Files.Where(file => Extensions.Contains(Path.GetExtension(file))).Select(file => (file, caption));
    }
}
