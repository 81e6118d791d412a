using System.Globalization;
using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>
/// Reads a folder of photos with boxes: <c>images/</c>, and <c>boxes.tsv</c> with a box a line: file, class index, WordNet id, x0, y0, x1, y1
/// in pixels of the photo, with tabs between them.
/// </summary>
internal static class BoxedPhotos
{
    /// <summary>The table's file name.</summary>
    public const string BoxFile = "boxes.tsv";

    private const string ImageFolder = "images";
    private const int Columns = 7;

    private sealed record Row(string File, int ClassIndex, BoundingBox Box);

    /// <summary>Reads the table and checks that its photos are there.</summary>
    /// <returns>The photos in the order of their file names.</returns>
    /// <exception cref="EvaluationException">The folder, the table or a photo is not there, or a line of the table is wrong.</exception>
    public static IReadOnlyList<BoxedPhoto> Read(string folder)
    {
        var photos = ReadTable(folder);
        return photos.FirstOrDefault(photo => !File.Exists(photo.Path)) is { } missing
            ? throw new EvaluationException($"there is no photo {missing.Path}, which {BoxFile} names")
            : photos;
    }

    /// <summary>Reads the table alone: a photo may be missing.</summary>
    /// <returns>The photos in the order of their file names.</returns>
    /// <exception cref="EvaluationException">The folder or the table is not there, or a line of the table is wrong.</exception>
    public static IReadOnlyList<BoxedPhoto> ReadTable(string folder)
    {
        var table = Path.Combine(folder, BoxFile);
        if (!Directory.Exists(folder))
            throw new EvaluationException($"there is no folder {folder}");
        if (!File.Exists(table))
            throw new EvaluationException($"there is no file {table}: a line a box is needed, of file, class index, WordNet id, x0, y0, x1, y1");

        var rows = File.ReadLines(table)
            .Select((line, i) => (Text: line, Where: $"{BoxFile}, line {i + 1}"))
            .Where(line => line.Text.Length > 0)
            .Select(line => Parse(line.Text, line.Where))
            .ToArray();
        if (rows.Length == 0)
            throw new EvaluationException($"{table} has no boxes");
        return [.. rows.GroupBy(row => row.File, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Photo(folder, [.. group]))];
    }

    private static Row Parse(string line, string where)
    {
        var cells = line.Split('\t');
        if (cells.Length != Columns)
            throw new EvaluationException($"{where}: it has {cells.Length} columns; {Columns} are needed: file, class index, WordNet id, x0, y0, x1, y1");
        if (cells[0].Length == 0 || Path.GetFileName(cells[0]) != cells[0])
            throw new EvaluationException($"{where}: '{cells[0]}' is not the name of a file in {ImageFolder}/");
        if (!int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var classIndex))
            throw new EvaluationException($"{where}: '{cells[1]}' is not a class index");

        var sides = cells[3..].Select(cell => Side(cell, where)).ToArray();
        var box = new BoundingBox(sides[0], sides[1], sides[2], sides[3]);
        return box.Area > 0
            ? new Row(cells[0], classIndex, box)
            : throw new EvaluationException($"{where}: the box is empty; x0 < x1 and y0 < y1 are needed");
    }

    private static double Side(string cell, string where) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var side) && double.IsFinite(side)
            ? side
            : throw new EvaluationException($"{where}: '{cell}' is not a number of pixels");

    private static BoxedPhoto Photo(string folder, Row[] rows)
    {
        var file = rows[0].File;
        if (rows.FirstOrDefault(row => row.ClassIndex != rows[0].ClassIndex) is { } other)
            throw new EvaluationException($"{BoxFile}: {file} is of class {rows[0].ClassIndex} and of class {other.ClassIndex}; one is needed");
        return new BoxedPhoto(Path.Combine(folder, ImageFolder, file), rows[0].ClassIndex, [.. rows.Select(row => row.Box)]);
    }
}
