namespace GradCamGrpc.Models.Text;

/// <summary>Compares texts letter by letter.</summary>
public static class Spelling
{
    /// <summary>The texts that are spelt most like one, by edit distance (Levenshtein 1966), the earlier first among equals.</summary>
    public static IReadOnlyList<string> Nearest(IEnumerable<string> known, string text, int count) =>
        [.. known.OrderBy(other => EditDistance(other, text)).Take(count)];

    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
