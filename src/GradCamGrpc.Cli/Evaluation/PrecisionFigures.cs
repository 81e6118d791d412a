namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What a faster way of running a network gives, next to the exact one: fp32, photos decoded in full.</summary>
/// <param name="Way">Which way.</param>
/// <param name="Top1">The share of photos whose class is the first.</param>
/// <param name="SameTop1">The share of photos whose first class is the exact way's.</param>
/// <param name="ProbabilityChange">The largest change of the probability of a photo's class, 0 to 1.</param>
/// <param name="MapRank">The mean rank correlation of Grad-CAM maps with the exact ones; null where no map has an order.</param>
/// <param name="MapDifference">The largest difference of a map's value, in shares of the exact map's largest magnitude.</param>
/// <param name="DecodeMilliseconds">Milliseconds to decode a photo and make an input of it, on one core.</param>
/// <param name="NetworkMilliseconds">Milliseconds that a photo's outputs and map take.</param>
internal sealed record PrecisionFigures(
    string Way,
    double Top1,
    double SameTop1,
    double ProbabilityChange,
    double? MapRank,
    double MapDifference,
    double DecodeMilliseconds,
    double NetworkMilliseconds);
