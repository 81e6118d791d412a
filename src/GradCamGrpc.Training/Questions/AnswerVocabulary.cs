using System.Text;

namespace GradCamGrpc.Training.Questions;

/// <summary>The answers that a head can give, most frequent first: an answer's index is its class.</summary>
public sealed class AnswerVocabulary
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    private AnswerVocabulary(IReadOnlyList<string> answers)
    {
        Answers = answers;
        for (var i = 0; i < answers.Count; i++)
            _indices.Add(answers[i], i);
    }

    /// <summary>The answers, by class.</summary>
    public IReadOnlyList<string> Answers { get; }

    /// <summary>How many answers there are.</summary>
    public int Count => Answers.Count;

    /// <summary>The answer of a class, 0 to <see cref="Count"/> - 1.</summary>
    public string this[int index] => Answers[index];

    /// <summary>The class of an answer; null where it is none.</summary>
    public int? IndexOf(string answer) => _indices.TryGetValue(answer, out var index) ? index : null;

    /// <summary>
    /// The classes that an answer teaches: its own; where it is a list that is none, such as "book, lamp, papers", those of its entries. A rare
    /// list still says what is there.
    /// </summary>
    public IEnumerable<int> TaughtBy(string answer) =>
        IndexOf(answer) is { } own ? [own] : answer.Split(DaquarFiles.Separator).Select(IndexOf).OfType<int>();

    /// <summary>Collects the answers that were seen often enough; those seen equally often are in the order of their letters.</summary>
    /// <param name="answers">The answers of the training questions, with their repetitions.</param>
    /// <param name="minimumCount">How often an answer must be seen, at least 1.</param>
    public static AnswerVocabulary Of(IEnumerable<string> answers, int minimumCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        return new AnswerVocabulary([.. answers
            .CountBy(answer => answer, StringComparer.Ordinal)
            .Where(entry => entry.Value >= minimumCount)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key)]);
    }

    /// <summary>Writes the answers, one a line, in UTF-8.</summary>
    public void Save(string path) => File.WriteAllText(path, string.Concat(Answers.Select(answer => answer + "\n")), new UTF8Encoding(false));

    /// <summary>Reads answers, one a line.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It has no answers, an empty line, or an answer twice.</exception>
    public static AnswerVocabulary Read(string path)
    {
        var answers = File.ReadAllLines(path);
        if (answers.Length == 0)
            throw new InvalidDataException($"{path} has no answers: one a line is needed");
        if (Array.FindIndex(answers, string.IsNullOrWhiteSpace) is >= 0 and var empty)
            throw new InvalidDataException($"{path}, line {empty + 1}: it is empty; every line is an answer");
        return answers.CountBy(answer => answer, StringComparer.Ordinal).FirstOrDefault(entry => entry.Value > 1) is { Key: { } twice }
            ? throw new InvalidDataException($"{path}: '{twice}' is there twice")
            : new AnswerVocabulary(answers);
    }
}
