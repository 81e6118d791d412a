using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// Whether a map is faithful to the network around the image: the rank correlation with what is lost where a patch covers the image
/// (Selvaraju et al. 2017, section 5.3).
/// </summary>
/// <param name="occlusion">How the image is covered; null for the method's defaults.</param>
public sealed class OcclusionCorrelation(Occlusion? occlusion = null)
{
    private readonly Occlusion _occlusion = occlusion ?? new Occlusion();

    /// <summary>The map of losses that others are compared with; worth keeping where several maps of one score are judged.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="target">The score.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>The mean loss of the score at each pixel, of the image's size.</returns>
    /// <exception cref="NotFiniteNumberException">The score of a covered image is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public HeatMap Losses(CutNetwork network, Tensor image, ScoreTarget target, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var task = PixelTask.Of(network, image, target, cancellation);
        var losses = TensorValues.Floats(_occlusion.Attribute(task));
        return losses.All(float.IsFinite)
            ? new HeatMap(task.Height, task.Width, losses)
            : throw new NotFiniteNumberException("the score of a covered image is not finite");
    }

    /// <summary>Compares a map of a score with the score's losses.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="heat">The map to judge, of any size.</param>
    /// <param name="target">The score that the map explains.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>−1 to 1, see <see cref="RankCorrelation.Spearman"/>; null where either map is the same everywhere.</returns>
    /// <exception cref="NotFiniteNumberException">The score of a covered image is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public double? Measure(CutNetwork network, Tensor image, HeatMap heat, ScoreTarget target, CancellationToken cancellation = default) =>
        Compare(heat, Losses(network, image, target, cancellation));

    /// <summary>Compares a map with losses that are known.</summary>
    /// <param name="heat">The map to judge; it is resized to the losses' size.</param>
    /// <param name="losses">From <see cref="Losses"/>.</param>
    /// <returns>−1 to 1; null where either map is the same everywhere.</returns>
    public static double? Compare(HeatMap heat, HeatMap losses) =>
        RankCorrelation.Spearman(heat.ResizedTo(losses.Height, losses.Width).Values.Span, losses.Values.Span);
}
