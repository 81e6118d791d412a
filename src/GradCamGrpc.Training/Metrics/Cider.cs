namespace GradCamGrpc.Training.Metrics;

/// <summary>
/// CIDEr-D (Vedantam et al. 2015) as the COCO caption evaluation computes it: how alike a caption and its references are in the words that
/// are rare among all references. For each n of 1 to 4 the runs of n words, weighted by count times idf, are compared by a cosine in which
/// the candidate's weight is clipped to the reference's; each reference's cosine is multiplied by a Gaussian of the difference in
/// words (sigma 6); the mean over n and references, times 10. Words are not stemmed.
/// </summary>
/// <remarks>
/// idf is ln(images / images of which a reference has the run); a run that no reference has counts as one image's. A run that every image
/// has weighs nothing, so that of one image alone the score is 0, and scores of different sets of images cannot be compared.
/// </remarks>
public static class Cider
{
    private const double Sigma = 6;
    private const double Factor = 10;

    /// <summary>The mean over the captions, 0 to 10.</summary>
    /// <param name="captions">Each of another image; their references make up the corpus that tells which words are rare.</param>
    /// <exception cref="ArgumentException">There are no captions.</exception>
    public static double Of(IReadOnlyList<ScoredCaption> captions)
    {
        ScoredCaption.RequireAny(captions);
        return Factor * Enumerable.Range(1, NGrams.Longest).Average(n => MeanSimilarity(captions, n));
    }

    private static double MeanSimilarity(IReadOnlyList<ScoredCaption> captions, int n)
    {
        var references = captions.Select(caption => caption.References.Select(reference => NGrams.Count(reference, n)).ToArray()).ToArray();
        var images = new Dictionary<string, int>();
        foreach (var run in references.SelectMany(ofImage => ofImage.SelectMany(counts => counts.Keys).Distinct()))
            images[run] = images.GetValueOrDefault(run) + 1;

        return captions.Select((caption, i) =>
        {
            var candidate = Weigh(NGrams.Count(caption.Candidate, n));
            return references[i]
                .Select((counts, j) => Similarity(candidate, Weigh(counts)) * LengthFactor(caption.Candidate.Count, caption.References[j].Count))
                .Average();
        }).Average();

        Dictionary<string, double> Weigh(Dictionary<string, int> counts) => counts.ToDictionary(
            entry => entry.Key,
            entry => entry.Value * Math.Log((double)captions.Count / images.GetValueOrDefault(entry.Key, 1)));
    }

    private static double Similarity(Dictionary<string, double> candidate, Dictionary<string, double> reference)
    {
        var norms = Norm(candidate) * Norm(reference);
        if (norms == 0)
            return 0;

        var product = 0.0;
        foreach (var (run, weight) in candidate)
        {
            if (reference.TryGetValue(run, out var other))
                product += Math.Min(weight, other) * other;
        }
        return product / norms;
    }

    private static double Norm(Dictionary<string, double> weights) => Math.Sqrt(weights.Values.Sum(weight => weight * weight));

    private static double LengthFactor(int candidateWords, int referenceWords)
    {
        double difference = candidateWords - referenceWords;
        return Math.Exp(-difference * difference / (2 * Sigma * Sigma));
    }
}
