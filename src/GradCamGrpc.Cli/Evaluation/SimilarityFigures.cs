using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How similar a method's maps are to those before anything was random: the means over the photos that have a figure.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="StructuralSimilarity">−1 to 1; null where no photo has one.</param>
/// <param name="RankCorrelation">−1 to 1; null where no photo has one.</param>
internal sealed record SimilarityFigures(string Method, double? StructuralSimilarity, double? RankCorrelation)
{
    public static SimilarityFigures Of(string method, IReadOnlyList<MapSimilarity> photos) =>
        new(method, photos.Average(photo => photo.Structural), photos.Average(photo => photo.Rank));
}
