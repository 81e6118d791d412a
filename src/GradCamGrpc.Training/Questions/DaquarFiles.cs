namespace GradCamGrpc.Training.Questions;

/// <summary>
/// The questions of DAQUAR (Malinowski and Fritz 2014), split by photo: <c>train.tsv</c> and <c>test.tsv</c>, a question a line: the photo's
/// file name, the question and the answer, with tabs between them. Several answers of a line, joined by <see cref="Separator"/>, are one class.
/// </summary>
/// <param name="Train">The training questions.</param>
/// <param name="Test">The test questions; none of their photos is among the training photos.</param>
public sealed record DaquarFiles(IReadOnlyList<QuestionExample> Train, IReadOnlyList<QuestionExample> Test)
{
    /// <summary>Comes between the answers of a line.</summary>
    public const string Separator = ", ";

    private const int Columns = 3;

    /// <summary>Reads the two files of a folder.</summary>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A line is wrong, or a photo is in both files.</exception>
    public static DaquarFiles Read(string folder)
    {
        var files = new DaquarFiles(ReadFile(folder, "train.tsv"), ReadFile(folder, "test.tsv"));
        var train = files.Train.Select(example => example.Image).ToHashSet(StringComparer.Ordinal);
        return files.Test.FirstOrDefault(example => train.Contains(example.Image)) is { } shared
            ? throw new InvalidDataException($"{folder}: {shared.Image} is in train.tsv and in test.tsv")
            : files;
    }

    /// <summary>Holds out a share of the training photos, to make choices by.</summary>
    /// <param name="share">The share of the photos, above 0 and below 1.</param>
    /// <param name="seed">The same seed holds out the same photos.</param>
    public QuestionSplit SplitTrain(double share = 0.1, int seed = 0) => QuestionSplit.ByImage(Train, share, seed);

    /// <summary>
    /// The kind of a DAQUAR question, by its first words: a count where it starts with <c>how many</c>, a color where it starts with
    /// <c>what color</c>, <c>what is color</c> or <c>what is the color</c> (or <c>colour</c>, <c>colors</c>), else a thing.
    /// </summary>
    public static QuestionKind KindOf(string question)
    {
        var words = question.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["how", "many", ..])
            return QuestionKind.Count;
        return words is ["what", var second, ..] && IsColour(second)
            || words is ["what", "is" or "are", var third, ..] && IsColour(third)
            || words is ["what", "is" or "are", "the", var fourth, ..] && IsColour(fourth)
            ? QuestionKind.Colour
            : QuestionKind.Thing;
    }

    private static bool IsColour(string word) => word is "color" or "colour" or "colors" or "colours";

    private static QuestionExample[] ReadFile(string folder, string name) =>
        [.. File.ReadLines(Path.Combine(folder, name)).Select((line, i) => Parse(line, $"{name}, line {i + 1}"))];

    private static QuestionExample Parse(string line, string where)
    {
        var cells = line.Split('\t');
        if (cells.Length != Columns)
            throw new InvalidDataException($"{where}: it has {cells.Length} columns; {Columns} are needed: file, question, answer");
        if (Array.Exists(cells, string.IsNullOrWhiteSpace))
            throw new InvalidDataException($"{where}: the file, the question or the answer is empty");
        return new QuestionExample(cells[0], cells[1], cells[2], KindOf(cells[1]));
    }
}
