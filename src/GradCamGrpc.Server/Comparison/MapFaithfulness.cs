using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Comparison;

/// <summary>How faithful a map is to its network.</summary>
/// <param name="InsertionArea">The area under the insertion curve of the class's probability: the more the better.</param>
/// <param name="DeletionArea">The area under the deletion curve: the less the better.</param>
/// <param name="OcclusionCorrelation">The rank correlation with the losses of the class's logit under a patch; null where either is the same everywhere.</param>
internal sealed record MapFaithfulness(double InsertionArea, double DeletionArea, double? OcclusionCorrelation)
{
    private const int Steps = 20;

    private static readonly PixelCurves Curves = new(Steps);
    private static readonly OcclusionCorrelation Occlusion = new();

    /// <summary>Measures it, on the model's thread.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="heat">The map.</param>
    /// <param name="classIndex">The class that it explains.</param>
    /// <exception cref="NonFiniteException">The network's outputs are no finite numbers.</exception>
    public static MapFaithfulness Of(InspectedPhoto photo, HeatMap heat, int classIndex)
    {
        var probability = ScoreTarget.Of(classIndex, ScoreLink.Probability);
        return new MapFaithfulness(
            Finite(Curves.Insertion(photo.Network, photo.Image, heat, probability, photo.Cancellation).Area),
            Finite(Curves.Deletion(photo.Network, photo.Image, heat, probability, photo.Cancellation).Area),
            Occlusion.Measure(photo.Network, photo.Image, heat, ScoreTarget.Of(classIndex), photo.Cancellation));
    }

    private static double Finite(double area) =>
        double.IsFinite(area) ? area : throw new NonFiniteException("the network's outputs for changed photos");
}
