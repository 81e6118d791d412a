using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Server.Requests;

/// <summary>Reads the words of clients' texts, by a head's vocabulary.</summary>
internal static class WordReader
{
    /// <summary>The longest text, in characters: what is longer is refused before anything is looked for in it.</summary>
    public const int MaxCharacters = 1000;

    /// <summary>The longest single word, in characters.</summary>
    private const int MaxWordCharacters = 100;

    private const int Suggested = 3;

    /// <summary>More letters than any word has; what is longer is compared by its first ones.</summary>
    private const int ComparedLength = 64;

    /// <summary>The numbers of a text's words; null where one is not known, or where they are too many.</summary>
    /// <param name="text">The text.</param>
    /// <param name="field">Its field.</param>
    /// <param name="most">The most words it may have.</param>
    /// <param name="vocabulary">The words that are known.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static IReadOnlyList<int>? Sentence(string text, string field, int most, Vocabulary vocabulary, Violations faults)
    {
        if (Split(text, field, most, faults) is not { } words)
            return null;
        int?[] numbers = [.. words.Select(word => Number(word, field, vocabulary, faults))];
        return numbers.Contains(null) ? null : [.. numbers.OfType<int>()];
    }

    /// <summary>A text's words; null where there is none, where they are too many, or where the text is too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="field">Its field.</param>
    /// <param name="most">The most words it may have.</param>
    /// <param name="faults">Told what is wrong.</param>
    public static IReadOnlyList<string>? Split(string text, string field, int most, Violations faults)
    {
        if (!IsShort(text, MaxCharacters, field, faults))
            return null;
        var words = Words.Of(text);
        if (words.Count == 0)
            faults.Invalid(field, "there is no word in it");
        else if (words.Count > most)
            faults.Invalid(field, $"it has {words.Count} words, more than {most}");
        return words.Count == 0 || words.Count > most ? null : words;
    }

    /// <summary>The number of the one word of a text; null where there is not one alone, or it is not known.</summary>
    public static int? Word(string text, string field, Vocabulary vocabulary, Violations faults) =>
        Single(text, field, faults) is { } word ? Number(word, field, vocabulary, faults) : null;

    /// <summary>The one word of a text, known or not; null where there is not one alone.</summary>
    public static string? Single(string text, string field, Violations faults)
    {
        if (!IsShort(text, MaxWordCharacters, field, faults))
            return null;
        var words = Words.Of(text);
        if (words.Count == 1)
            return words[0];
        faults.Invalid(field, $"one word is needed, and '{Text.Quoted(text)}' is {words.Count}");
        return null;
    }

    /// <summary>Checks that a text is not too long to be looked at.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The most characters it may have.</param>
    /// <param name="field">Its field.</param>
    /// <param name="faults">Told if it is.</param>
    public static bool IsShort(string text, int most, string field, Violations faults)
    {
        if (text.Length <= most)
            return true;
        faults.Invalid(field, $"it has {text.Length} characters, more than {most}");
        return false;
    }

    private static int? Number(string word, string field, Vocabulary vocabulary, Violations faults)
    {
        if (vocabulary.NumberOf(word) is { } number)
            return number;
        Unknown($"the word '{Text.Quoted(word)}'", word, field, vocabulary.AllWords, faults);
        return null;
    }

    /// <summary>Tells that something is not known, and what is spelt most like it.</summary>
    /// <param name="subject">What to call it, such as "the word 'dogg'".</param>
    /// <param name="text">Its text.</param>
    /// <param name="field">Its field.</param>
    /// <param name="known">What is known.</param>
    /// <param name="faults">Told of it.</param>
    public static void Unknown(string subject, string text, string field, IReadOnlyList<string> known, Violations faults)
    {
        var near = faults.IsFull ? [] : Spelling.Nearest(known, text.Length <= ComparedLength ? text : Text.Start(text, ComparedLength), Suggested);
        faults.Absent(field, $"{subject} is not known; close to it: {string.Join("; ", near)}");
    }
}
