namespace GradCamGrpc.Training.Questions;

/// <summary>A word of a caption, and what it tells of a photo.</summary>
/// <param name="Text">The word.</param>
/// <param name="Sort">What it tells.</param>
/// <param name="Concept">Of a noun the word in the singular that stands for all of its synonyms; else null.</param>
public sealed record SortedWord(string Text, WordSort Sort, string? Concept)
{
    /// <summary>Sorts the words of a caption, by the words around them.</summary>
    /// <param name="words">The words, in lower case, in their order.</param>
    /// <returns>As many.</returns>
    public static IReadOnlyList<SortedWord> Of(IReadOnlyList<string> words) =>
        [.. CaptionWords.Of(words, Lexicon.Default).Select(word => new SortedWord(word.Text, SortOf(word.Role), word.Noun?.Concept))];

    private static WordSort SortOf(WordRole role) => role switch
    {
        WordRole.Noun => WordSort.Noun,
        WordRole.Verb => WordSort.Verb,
        WordRole.Colour => WordSort.Colour,
        WordRole.Determiner or WordRole.Preposition or WordRole.Joining or WordRole.Auxiliary or WordRole.Pronoun or WordRole.Owner => WordSort.Function,
        _ => WordSort.Other,
    };
}
