namespace GradCamGrpc.Training.Metrics;

/// <summary>How good the captions of a set of images are, by each metric.</summary>
/// <param name="Bleu1">0 to 1, see <see cref="BleuScore"/>.</param>
/// <param name="Bleu2">0 to 1.</param>
/// <param name="Bleu3">0 to 1.</param>
/// <param name="Bleu4">0 to 1.</param>
/// <param name="ExactMeteor">0 to 1, see <see cref="Metrics.ExactMeteor"/>: not METEOR, which also matches stems and synonyms.</param>
/// <param name="RougeL">0 to 1, see <see cref="Metrics.RougeL"/>.</param>
/// <param name="Cider">CIDEr-D, 0 to 10, see <see cref="Metrics.Cider"/>.</param>
public sealed record CaptionScores(double Bleu1, double Bleu2, double Bleu3, double Bleu4, double ExactMeteor, double RougeL, double Cider);
