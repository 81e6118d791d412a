namespace GradCamGrpc.Training.Metrics;

/// <summary>The runs of n words in a caption.</summary>
internal static class NGrams
{
    /// <summary>The longest runs that captions are compared by.</summary>
    public const int Longest = 4;

    /// <summary>How often each run of n words occurs.</summary>
    /// <param name="words">Words without white space.</param>
    /// <param name="n">1 or more.</param>
    /// <returns>By the run's words, with a space between; empty where there are fewer than n words.</returns>
    public static Dictionary<string, int> Count(IReadOnlyList<string> words, int n)
    {
        var counts = new Dictionary<string, int>();
        for (var first = 0; first + n <= words.Count; first++)
        {
            var run = string.Join(' ', words.Skip(first).Take(n));
            counts[run] = counts.GetValueOrDefault(run) + 1;
        }
        return counts;
    }
}
