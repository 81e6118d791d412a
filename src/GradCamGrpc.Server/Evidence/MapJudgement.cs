using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Server.Evidence;

/// <summary>What was measured of a map; null what was not asked for, or is not defined.</summary>
/// <param name="Judged">The map.</param>
/// <param name="FollowsProbability">Whether the curves are of the class's probability.</param>
/// <param name="Insertion">The insertion curve.</param>
/// <param name="Deletion">The deletion curve.</param>
/// <param name="OcclusionCorrelation">−1 to 1.</param>
/// <param name="Pointing">Where the map points.</param>
/// <param name="EnergyInside">0 to 1.</param>
/// <param name="Sensitivity">0 or more.</param>
/// <param name="Elapsed">How long the judging took.</param>
internal sealed record MapJudgement(
    JudgedMap Judged,
    bool FollowsProbability,
    PixelCurve? Insertion,
    PixelCurve? Deletion,
    double? OcclusionCorrelation,
    PointingOutcome? Pointing,
    double? EnergyInside,
    double? Sensitivity,
    TimeSpan Elapsed);
