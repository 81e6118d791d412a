namespace GradCamGrpc.Server.Requests;

/// <summary>Guesses what somebody meant who mistyped a name.</summary>
internal static class Suggestions
{
    private const int ComparedLength = 64;

    /// <summary>The names that are the fewest edits away, the closest first.</summary>
    public static IEnumerable<string> Closest(string text, IEnumerable<string> names, int count) =>
        names.OrderBy(name => Distance(text, name)).ThenBy(name => name, StringComparer.Ordinal).Take(count);

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
