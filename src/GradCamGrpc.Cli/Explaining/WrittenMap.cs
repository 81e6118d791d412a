using GradCamGrpc.Protos.V1;

namespace GradCamGrpc.Cli.Explaining;

/// <summary>A map and the files it was written to.</summary>
/// <param name="Provenance">Where the map comes from.</param>
/// <param name="AllZero">Whether nothing speaks for its score.</param>
/// <param name="ScoreIsFlat">Whether its score does not depend on the layer, or on the pixels, at all.</param>
/// <param name="Files">The files.</param>
/// <param name="Boxes">Its boxes; null where none were asked for.</param>
/// <param name="Peak">Its peak; null where it was not asked for.</param>
internal sealed record WrittenMap(
    MapProvenance Provenance, bool AllZero, bool ScoreIsFlat, IReadOnlyList<string> Files, MapBoxes? Boxes, MapPeak? Peak);
