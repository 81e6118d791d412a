using GradCamGrpc.Explain.Localization;

namespace GradCamGrpc.Server.Evidence;

/// <summary>Where a map points.</summary>
/// <param name="Peak">A pixel of the network's input; null for a map without a peak.</param>
/// <param name="Hits">Whether it lies in a box.</param>
internal sealed record PointingOutcome(PixelPosition? Peak, bool Hits);
