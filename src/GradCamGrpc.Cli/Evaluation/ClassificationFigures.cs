using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How often a network finds what is on photos that it sees in one way; shares of the photos with their 95 % intervals.</summary>
/// <param name="View">What of the photos the network sees.</param>
/// <param name="Top1">Photos whose class is the first.</param>
/// <param name="Top5">Photos whose class is among the first five.</param>
internal sealed record ClassificationFigures(string View, BootstrapInterval Top1, BootstrapInterval Top5)
{
    /// <summary>The places of <see cref="Top1"/>.</summary>
    public const int First = 1;

    /// <summary>The places of <see cref="Top5"/>.</summary>
    public const int FirstFive = 5;
}
