using GradCamGrpc.Models.Text;

namespace GradCamGrpc.Server.Requests;

/// <summary>Guesses what somebody meant who mistyped a name.</summary>
internal static class Suggestions
{
    private const int ComparedLength = 64;

    private const int MaxNamed = 3;

    /// <summary>The end of a sentence that says a name is unknown: which ones are close to it, if any.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="names">The names there are.</param>
    public static string Hint(string text, IEnumerable<string> names)
    {
        var close = Containing(text, names).Concat(Closest(text, names)).Distinct(StringComparer.Ordinal).Take(MaxNamed).ToArray();
        return close.Length == 0 ? "" : $"; close to it: {string.Join("; ", close)}";
    }

    /// <summary>The names of which the text is one or more whole words, case aside, in their own order.</summary>
    public static IEnumerable<string> Containing(string text, IEnumerable<string> names)
    {
        var words = text.Trim();
        return words.Length == 0 ? [] : names.Where(name => WholeWords.AreIn(words, name));
    }

    /// <summary>The names that at most a third of the text's letters, rounded up, has to be changed for, the closest first.</summary>
    public static IEnumerable<string> Closest(string text, IEnumerable<string> names) => names
        .Select(name => (Name: name, Distance: Distance(text, name)))
        .Where(near => near.Distance <= (text.Length + 2) / 3)
        .OrderBy(near => near.Distance).ThenBy(near => near.Name, StringComparer.Ordinal)
        .Select(near => near.Name);

    /// <summary>Insertions, deletions and substitutions that turn one text into the start of the other (Levenshtein 1966), case aside.</summary>
    private static int Distance(string text, string name)
    {
        var from = text.AsSpan(0, Math.Min(text.Length, ComparedLength));
        var to = name.AsSpan(0, Math.Min(name.Length, ComparedLength));
        Span<int> row = stackalloc int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++)
            row[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        // The rest of a longer name is free: a label may go on after what was typed.
        var best = row[^1];
        foreach (var distance in row)
            best = Math.Min(best, distance);
        return best;
    }
}
