namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How faithful a method's maps are: the means over the photos.</summary>
/// <param name="Method">The method's name, or in brackets that of a map that knows nothing.</param>
/// <param name="Insertion">The area under the insertion curve.</param>
/// <param name="Deletion">The area under the deletion curve.</param>
/// <param name="OcclusionCorrelation">The rank correlation with the occlusion map, over the photos that have one; null where none has.</param>
internal sealed record FaithfulnessFigures(string Method, double Insertion, double Deletion, double? OcclusionCorrelation)
{
    public static FaithfulnessFigures Of(string method, IReadOnlyList<Faithfulness> photos) => new(
        method,
        photos.Average(photo => photo.Insertion),
        photos.Average(photo => photo.Deletion),
        photos.Average(photo => photo.OcclusionCorrelation));
}
