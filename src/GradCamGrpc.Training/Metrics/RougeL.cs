namespace GradCamGrpc.Training.Metrics;

/// <summary>
/// ROUGE-L (Lin 2004): the F-measure of the longest common subsequence, with beta 1.2 as in the COCO caption evaluation (Chen et al. 2015),
/// so that recall weighs more than precision.
/// </summary>
public static class RougeL
{
    private const double Beta = 1.2;

    /// <summary>The mean over the captions, 0 to 1.</summary>
    /// <exception cref="ArgumentException">There are no captions.</exception>
    public static double Of(IReadOnlyList<ScoredCaption> captions)
    {
        ScoredCaption.RequireAny(captions);
        return captions.Average(Of);
    }

    /// <summary>
    /// One caption's, 0 to 1. Its precision is the best that any reference gives, and so is its recall, which may be another's.
    /// </summary>
    public static double Of(ScoredCaption caption)
    {
        double precision = 0, recall = 0;
        foreach (var reference in caption.References)
        {
            var common = LongestCommonSubsequence(caption.Candidate, reference);
            if (common == 0)
                continue;
            precision = Math.Max(precision, (double)common / caption.Candidate.Count);
            recall = Math.Max(recall, (double)common / reference.Count);
        }
        return precision == 0 ? 0 : (1 + Beta * Beta) * precision * recall / (recall + Beta * Beta * precision);
    }

    private static int LongestCommonSubsequence(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        var lengths = new int[a.Count + 1, b.Count + 1];        // of the first i words and the first j words
        for (var i = 1; i <= a.Count; i++)
        {
            for (var j = 1; j <= b.Count; j++)
            {
                lengths[i, j] = a[i - 1] == b[j - 1]
                    ? lengths[i - 1, j - 1] + 1
                    : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
            }
        }
        return lengths[a.Count, b.Count];
    }
}
