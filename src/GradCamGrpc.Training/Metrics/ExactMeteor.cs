namespace GradCamGrpc.Training.Metrics;

/// <summary>
/// METEOR with its first stage only: the formula and parameters of Banerjee and Lavie 2005, but words match only where they are equal. There
/// are no stems, synonyms or paraphrases, so the figures lie below METEOR's, and are not to be compared with them.
/// </summary>
/// <remarks>
/// Of m pairs, P = m / words of the candidate, R = m / words of the reference: 10PR / (R + 9P) · (1 − 0.5 · (chunks / m)³), with the pairs
/// that need the fewest chunks. Even a caption that equals its reference is one chunk, and falls short of 1.
/// </remarks>
public static class ExactMeteor
{
    /// <summary>
    /// The corpus' score, 0 to 1, as the paper defines it: pairs, chunks and words are summed over all captions, each with its best reference,
    /// before the formula is applied once.
    /// </summary>
    /// <exception cref="ArgumentException">There are no captions.</exception>
    public static double Of(IReadOnlyList<ScoredCaption> captions)
    {
        ScoredCaption.RequireAny(captions);
        return captions.Select(WithBestReference).Aggregate((sum, tally) => sum + tally).Score;
    }

    private static Tally WithBestReference(ScoredCaption caption) => caption.References
        .Select(reference => new Tally(WordAlignment.Between(caption.Candidate, reference), caption.Candidate.Count, reference.Count))
        .MaxBy(tally => tally.Score);

    private readonly record struct Tally(WordAlignment Alignment, int CandidateWords, int ReferenceWords)
    {
        public double Score
        {
            get
            {
                double matches = Alignment.Matches;
                if (matches == 0)
                    return 0;

                var precision = matches / CandidateWords;
                var recall = matches / ReferenceWords;
                return 10 * precision * recall / (recall + 9 * precision) * (1 - 0.5 * Math.Pow(Alignment.Chunks / matches, 3));
            }
        }

        public static Tally operator +(Tally a, Tally b) => new(
            new WordAlignment(a.Alignment.Matches + b.Alignment.Matches, a.Alignment.Chunks + b.Alignment.Chunks),
            a.CandidateWords + b.CandidateWords,
            a.ReferenceWords + b.ReferenceWords);
    }
}
