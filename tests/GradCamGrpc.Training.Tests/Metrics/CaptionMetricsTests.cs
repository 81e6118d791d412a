using GradCamGrpc.Training.Metrics;
using static GradCamGrpc.Training.Tests.Metrics.Captions;

namespace GradCamGrpc.Training.Tests.Metrics;

public sealed class CaptionMetricsTests
{
    [Fact]
    public void Evaluate_TwoCaptions_HasEachMetricInItsPlace()
    {
        // 8 words of 8 and 8. Words 7/8 ("red" does not match), pairs 4/6, threes 2/4, fours 1/2.
        // METEOR: 7 pairs of 8 and 8 words, 1 + 2 chunks: Fmean = P = R = 7/8, penalty 0.5 · (3/7)³.
        // ROUGE-L: 1 and 3/4. CIDEr-D: 10 · (4/4), and for the second words 3 of 4 alike of equal weight, 3/4; the pairs "two cats" only, 1/3;
        // no threes: 10 · (3/4 + 1/3) / 4.
        var scores = CaptionMetrics.Evaluate([Caption("a dog runs fast", "a dog runs fast"), Caption("two cats red here", "two cats sit here")]);

        Assert.Equal(7.0 / 8, scores.Bleu1, 12);
        Assert.Equal(Math.Sqrt(7.0 / 8 * 4 / 6), scores.Bleu2, 12);
        Assert.Equal(Math.Cbrt(7.0 / 8 * 4 / 6 * 2 / 4), scores.Bleu3, 12);
        Assert.Equal(Math.Pow(7.0 / 8 * 4 / 6 * 2 / 4 * 1 / 2, 0.25), scores.Bleu4, 12);
        Assert.Equal(7.0 / 8 * (1 - 0.5 * 27 / 343), scores.ExactMeteor, 12);
        Assert.Equal(0.875, scores.RougeL, 12);
        Assert.Equal((10 + 10 * (3.0 / 4 + 1.0 / 3) / 4) / 2, scores.Cider, 12);
    }

    [Fact]
    public void Evaluate_NoCaptions_IsRefusedByEachMetric()
    {
        Action<IReadOnlyList<ScoredCaption>>[] metrics =
        [
            captions => CaptionMetrics.Evaluate(captions),
            captions => BleuScore.Of(captions),
            captions => ExactMeteor.Of(captions),
            captions => RougeL.Of(captions),
            captions => Cider.Of(captions),
        ];

        Assert.All(metrics, metric =>
        {
            var error = Assert.Throws<ArgumentException>(() => metric([]));
            Assert.Contains("there are no captions to score", error.Message, StringComparison.Ordinal);
        });
    }
}
