namespace GradCamGrpc.Training.Metrics;

/// <summary>All metrics of captions at once.</summary>
public static class CaptionMetrics
{
    /// <summary>Judges the captions of a set of images.</summary>
    /// <param name="captions">One an image.</param>
    /// <exception cref="ArgumentException">There are no captions.</exception>
    public static CaptionScores Evaluate(IReadOnlyList<ScoredCaption> captions)
    {
        var bleu = BleuScore.Of(captions);
        return new CaptionScores(
            bleu.Bleu1, bleu.Bleu2, bleu.Bleu3, bleu.Bleu4, ExactMeteor.Of(captions), RougeL.Of(captions), Cider.Of(captions));
    }
}
