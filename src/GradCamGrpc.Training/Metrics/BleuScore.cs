namespace GradCamGrpc.Training.Metrics;

/// <summary>
/// BLEU of a corpus (Papineni et al. 2002), each 0 to 1: the geometric mean of the clipped precisions of 1 to n words, times the brevity
/// penalty. Nothing is smoothed: where no run of n words matches, or all candidates are shorter, BLEU-n is 0.
/// </summary>
/// <param name="Bleu1">Of single words.</param>
/// <param name="Bleu2">Of 1 and 2 words.</param>
/// <param name="Bleu3">Of 1 to 3 words.</param>
/// <param name="Bleu4">Of 1 to 4 words.</param>
public sealed record BleuScore(double Bleu1, double Bleu2, double Bleu3, double Bleu4)
{
    /// <summary>
    /// Scores a corpus. Matches and lengths are summed over all captions before any ratio is taken; the length that a candidate is held
    /// against is its closest reference's, of two as close the shorter.
    /// </summary>
    /// <exception cref="ArgumentException">There are no captions.</exception>
    public static BleuScore Of(IReadOnlyList<ScoredCaption> captions)
    {
        ScoredCaption.RequireAny(captions);
        var penalty = BrevityPenalty(captions.Sum(caption => caption.Candidate.Count), captions.Sum(ClosestLength));
        var scores = new double[NGrams.Longest];
        var product = 1.0;
        for (var n = 1; n <= NGrams.Longest; n++)
        {
            product *= Precision(captions, n);
            scores[n - 1] = penalty * Math.Pow(product, 1.0 / n);
        }
        return new BleuScore(scores[0], scores[1], scores[2], scores[3]);
    }

    private static double BrevityPenalty(int candidateWords, int referenceWords) =>
        candidateWords == 0 ? 0
        : candidateWords >= referenceWords ? 1
        : Math.Exp(1 - (double)referenceWords / candidateWords);

    private static int ClosestLength(ScoredCaption caption) => caption.References
        .Select(reference => reference.Count)
        .MinBy(length => (Math.Abs(length - caption.Candidate.Count), length));

    private static double Precision(IReadOnlyList<ScoredCaption> captions, int n)
    {
        int matches = 0, total = 0;
        foreach (var caption in captions)
        {
            var references = caption.References.Select(reference => NGrams.Count(reference, n)).ToArray();
            foreach (var (run, count) in NGrams.Count(caption.Candidate, n))
            {
                matches += Math.Min(count, references.Max(counts => counts.GetValueOrDefault(run)));
                total += count;
            }
        }
        return total == 0 ? 0 : (double)matches / total;
    }
}
