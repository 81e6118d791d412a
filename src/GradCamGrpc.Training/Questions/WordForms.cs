namespace GradCamGrpc.Training.Questions;

/// <summary>The regular forms of English nouns and verbs, by the rules of spelling.</summary>
internal static class WordForms
{
    /// <summary>boat → boats, bus → buses, bench → benches, puppy → puppies.</summary>
    public static string Plural(string noun) => WithS(noun);

    /// <summary>run → runs, catch → catches, carry → carries, go → goes.</summary>
    public static string ThirdPerson(string verb) => verb is "go" or "do" ? verb + "es" : WithS(verb);

    /// <summary>play → playing, ride → riding, lie → lying, run → running.</summary>
    public static string Ing(string verb)
    {
        if (verb.EndsWith("ie", StringComparison.Ordinal))
            return verb[..^2] + "ying";
        if (verb[^1] == 'e' && !verb.EndsWith("ee", StringComparison.Ordinal))
            return verb[..^1] + "ing";
        return DoublesItsEnd(verb) ? verb + verb[^1] + "ing" : verb + "ing";
    }

    private static string WithS(string word)
    {
        if (word[^1] == 'y' && !IsVowel(word[^2]))
            return word[..^1] + "ies";
        return word[^1] is 's' or 'x' or 'z' || word.EndsWith("ch", StringComparison.Ordinal) || word.EndsWith("sh", StringComparison.Ordinal)
            ? word + "es"
            : word + "s";
    }

    /// <summary>A verb of one syllable that ends in one vowel and one consonant.</summary>
    private static bool DoublesItsEnd(string verb) =>
        verb.Length >= 3
        && verb.Count(IsVowel) == 1
        && IsVowel(verb[^2])
        && !IsVowel(verb[^1])
        && verb[^1] is not ('w' or 'x' or 'y');

    private static bool IsVowel(char letter) => letter is 'a' or 'e' or 'i' or 'o' or 'u';
}
