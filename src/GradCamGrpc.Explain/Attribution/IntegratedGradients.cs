using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// Integrated Gradients: the gradients on the straight way from a grey image (0 in the network's input) to this one, times the way; their
/// sum is the difference of the scores at its ends (Sundararajan et al. 2017, eq. 1). The integral is taken at the midpoints of equal steps.
/// </summary>
/// <param name="steps">Points on the way, 1 or more.</param>
public sealed class IntegratedGradients(int steps = IntegratedGradients.DefaultSteps) : IAttributionMethod
{
    /// <summary>Where a caller has no wish.</summary>
    public const int DefaultSteps = 50;

    /// <inheritdoc />
    public string Name => "integrated-gradients";

    /// <summary>Points on the way.</summary>
    public int Steps { get; } = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "at least one step is needed");

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 3;

    /// <inheritdoc />
    public bool IsSlow => true;

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var sums = task.InChunks(Steps, (first, count) =>
        {
            var shares = tensor(Enumerable.Range(first, count).ToArray(), dtype: float32, device: task.Image.device).Plus(0.5).Over(Steps);
            var images = task.Image * shares.reshape(-1, 1, 1, 1);                              // [R, 3, H, W]
            return task.Network.ImageGradients(images, task.Targets, GradientRule.Derivative, task.Cancellation).sum(1);
        });
        return (task.Image * stack(sums).sum([0])).Over(Steps);                                // [K, 3, H, W]
    }
}
