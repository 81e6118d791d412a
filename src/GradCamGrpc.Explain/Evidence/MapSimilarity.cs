namespace GradCamGrpc.Explain.Evidence;

/// <summary>How similar a map is to what it was before.</summary>
/// <param name="Structural">See <see cref="StructuralSimilarity"/>, −1 to 1; null where the first map is zero everywhere or one is not finite.</param>
/// <param name="Rank">See <see cref="RankCorrelation"/>, −1 to 1; null where one of the maps is the same everywhere or not finite.</param>
/// <param name="IsAllZero">Whether the later map is zero everywhere.</param>
/// <param name="IsFinite">Whether both maps are of finite numbers: those of a random network may overflow.</param>
public sealed record MapSimilarity(double? Structural, double? Rank, bool IsAllZero, bool IsFinite);
