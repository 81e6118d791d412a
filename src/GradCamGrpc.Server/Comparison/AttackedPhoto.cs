using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Server.Comparison;

/// <summary>A photo that was changed so that a class is lost.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Changed">The changed photo, of the size of the network's input.</param>
/// <param name="LargestChange">How far the colour that moved farthest did move, as a share of its range, 0 to 1.</param>
internal sealed record AttackedPhoto(int ClassIndex, EightBitImage Changed, double LargestChange);
