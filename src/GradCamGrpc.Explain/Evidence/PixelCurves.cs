using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Evidence;

/// <summary>
/// Deletion and insertion: how fast a score falls while the pixels that a map calls important are taken from the image, and how fast it
/// rises while they are given (Petsiuk et al. 2018, RISE, section 4.1, "Evaluation metrics"). The score is usually the class's probability.
/// </summary>
/// <remarks>
/// Pixels go in descending order of heat, equal ones by their index; a map of another size than the image is resized first. A good map
/// has a small area under its deletion curve and a large one under its insertion curve. Changed images are unlike any photo: compare
/// maps of the same image, not scores of different ones.
/// </remarks>
/// <param name="steps">Steps from no pixel to all of them, 1 or more, as equal as whole pixels can be; of a smaller image, a step each pixel.</param>
/// <param name="canvas">What pixels are inserted into.</param>
/// <param name="sigma">
/// The standard deviation of the Gaussian blur of <see cref="InsertionCanvas.Blurred"/> in pixels of the network's input, above 0. The
/// window ends at 3 sigma; the border's pixels continue beyond it.
/// </param>
public sealed class PixelCurves(
    int steps = PixelCurves.DefaultSteps, InsertionCanvas canvas = InsertionCanvas.Blurred, double sigma = PixelCurves.DefaultSigma)
{
    /// <summary>Where a caller has no wish: one percent of the pixels a step.</summary>
    public const int DefaultSteps = 100;

    /// <summary>Where a caller has no wish: that of the authors' code.</summary>
    public const double DefaultSigma = 5;

    /// <summary>Steps from no pixel to all of them.</summary>
    public int Steps { get; } = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "at least one step is needed");

    /// <summary>What pixels are inserted into.</summary>
    public InsertionCanvas Canvas { get; } = Enum.IsDefined(canvas)
        ? canvas
        : throw new ArgumentOutOfRangeException(nameof(canvas), canvas, "unknown canvas");

    /// <summary>The blur's standard deviation in pixels.</summary>
    public double Sigma { get; } = sigma > 0 && double.IsFinite(sigma)
        ? sigma
        : throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "it is above 0");

    /// <summary>Turns the hottest pixels grey (0 in the network's input), step by step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="heat">The map to judge.</param>
    /// <param name="target">The score.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public PixelCurve Deletion(CutNetwork network, Tensor image, HeatMap heat, ScoreTarget target, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return Curve(PixelTask.Of(network, image, target, cancellation), heat, from: image, to: zeros_like(image));
    }

    /// <summary>Gives the canvas the image's hottest pixels, step by step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">[1, 3, H, W], as the network takes it.</param>
    /// <param name="heat">The map to judge.</param>
    /// <param name="target">The score.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public PixelCurve Insertion(CutNetwork network, Tensor image, HeatMap heat, ScoreTarget target, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var bare = Canvas is InsertionCanvas.Grey ? zeros_like(image) : Blurred(image);
        return Curve(PixelTask.Of(network, image, target, cancellation), heat, from: bare, to: image);
    }

    /// <summary>The image without its detail.</summary>
    /// <param name="image">[1, 3, H, W].</param>
    /// <returns>[1, 3, H, W].</returns>
    internal Tensor Blurred(Tensor image)
    {
        var radius = (int)Math.Ceiling(3 * Sigma);
        var wider = nn.functional.pad(image, [radius, radius, radius, radius], PaddingModes.Replicate);
        return GaussianKernel.Means(wider, GaussianKernel.Weights(Sigma, radius));
    }

    private PixelCurve Curve(AttributionTask task, HeatMap heat, Tensor from, Tensor to)
    {
        var pixels = task.Height * task.Width;
        var ranks = tensor(Ranks(heat.ResizedTo(task.Height, task.Width)), device: task.Image.device)
            .reshape(1, 1, task.Height, task.Width);
        var stepsTaken = Math.Min(Steps, pixels);
        var counts = Enumerable.Range(0, stepsTaken + 1).Select(step => (long)step * pixels / stepsTaken).ToArray();
        var scores = task.InChunks(counts.Length, (first, count) =>
        {
            var changed = ranks.lt(tensor(counts[first..(first + count)], device: task.Image.device).reshape(-1, 1, 1, 1)); // [R, 1, H, W]
            return task.Scores(task.Network.Outputs(where(changed, to, from)));                 // [1, R]
        });
        return new PixelCurve([.. counts.Zip(TensorValues.Floats(cat(scores, 1)), (count, score) => ((double)count / pixels, score))]);
    }

    /// <summary>For each pixel, how many go before it.</summary>
    private static long[] Ranks(HeatMap heat)
    {
        var values = heat.Values.ToArray();
        var ranks = new long[values.Length];
        var rank = 0;
        foreach (var pixel in Enumerable.Range(0, values.Length).OrderByDescending(pixel => values[pixel]))
            ranks[pixel] = rank++;
        return ranks;
    }
}
