namespace GradCamGrpc.Models.Text;

/// <summary>The words that a head knows, each with a number. Four numbers stand for no word.</summary>
public sealed class Vocabulary
{
    /// <summary>Fills sentences up to a common length.</summary>
    public const int Padding = 0;

    /// <summary>Comes before the first word.</summary>
    public const int Start = 1;

    /// <summary>Comes after the last word.</summary>
    public const int End = 2;

    /// <summary>Stands for a word that is not known.</summary>
    public const int Unknown = 3;

    private const int Reserved = 4;

    private readonly string[] _words;
    private readonly Dictionary<string, int> _numbers;

    /// <param name="words">The words; the first one's number is 4.</param>
    /// <exception cref="ArgumentException">A word is empty, or there twice.</exception>
    public Vocabulary(IEnumerable<string> words)
    {
        _words = [.. words];
        _numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _words.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(_words[i]) || !_numbers.TryAdd(_words[i], i + Reserved))
                throw new ArgumentException($"word {i + 1} ('{_words[i]}') is empty or there twice", nameof(words));
        }
    }

    /// <summary>How many numbers there are: the words, and the four that stand for none.</summary>
    public int Count => _words.Length + Reserved;

    /// <summary>The words, in the order of their numbers.</summary>
    public IReadOnlyList<string> AllWords => _words;

    /// <summary>The words that are seen often enough, the most frequent first.</summary>
    /// <param name="sentences">Sentences, as words.</param>
    /// <param name="minCount">How often a word must be seen.</param>
    public static Vocabulary Of(IEnumerable<IReadOnlyList<string>> sentences, int minCount) =>
        new(sentences
            .SelectMany(sentence => sentence)
            .CountBy(word => word, StringComparer.Ordinal)
            .Where(pair => pair.Value >= minCount)
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Key));

    /// <summary>Reads a file with a word a line.</summary>
    /// <exception cref="ArgumentException">A line is empty, or there twice.</exception>
    public static Vocabulary Read(string path) => new(File.ReadAllLines(path));

    /// <summary>Writes a file with a word a line.</summary>
    public void Write(string path) => File.WriteAllLines(path, _words);

    /// <summary>A word's number; null where it is not known.</summary>
    public int? NumberOf(string word) => _numbers.TryGetValue(word, out var number) ? number : null;

    /// <summary>The word of a number from 4 on.</summary>
    public string WordOf(int number) => _words[number - Reserved];

    /// <summary>Whether a number stands for a word.</summary>
    public static bool IsWord(int number) => number >= Reserved;

    /// <summary>A sentence's numbers; words that are not known become <see cref="Unknown"/>.</summary>
    public int[] NumbersOf(IReadOnlyList<string> words) => [.. words.Select(word => NumberOf(word) ?? Unknown)];
}
