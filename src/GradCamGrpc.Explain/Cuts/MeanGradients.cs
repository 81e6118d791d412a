using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// Scores that are sums of outputs which a linear layer makes of a layer's mean, and their gradients with respect to that mean: sums of the
/// linear layer's rows.
/// </summary>
/// <remarks>
/// In plain numbers, for few maps: an operator of the tensor library takes longer to be called, after a pass of a network has driven it from the
/// caches, than such a map takes.
/// </remarks>
internal sealed class MeanGradients
{
    /// <summary>More maps than that are made sooner by one product on all cores.</summary>
    private const int MostMaps = 32;

    private readonly float[]?[] _gradients;

    private MeanGradients(float[] scores, float[]?[] gradients) => (Scores, _gradients) = (scores, gradients);

    /// <summary>The scores, [R]; 0 for a row without a target.</summary>
    public float[] Scores { get; }

    /// <param name="outputs">The network's outputs, [R, classes].</param>
    /// <param name="head">The linear layer's weights, [classes, C].</param>
    /// <param name="targets">A target for each row; null where the row has none.</param>
    /// <returns>Null where another way is the quicker one, or the only one: for many maps, other links than logits, and what is not in the CPU's memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target's class is none of the outputs'.</exception>
    public static MeanGradients? Of(Tensor outputs, Tensor head, IReadOnlyList<ScoreTarget?> targets)
    {
        if (targets.Count > MostMaps || targets.Any(target => target is { Link: not ScoreLink.Logit })
            || !TensorValues.ArePlain(outputs) || !TensorValues.ArePlain(head))
        {
            return null;
        }
        var (classes, channels) = ((int)head.shape[0], (int)head.shape[1]);
        var known = TensorValues.View(outputs);
        var weights = TensorValues.View(head);
        var scores = new float[targets.Count];
        var gradients = new float[]?[targets.Count];
        for (var row = 0; row < targets.Count; row++)
        {
            if (targets[row] is not { } target)
                continue;
            var gradient = new float[channels];
            foreach (var (classIndex, weight) in target.Terms)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, classes);
                scores[row] += weight * known[row * classes + classIndex];
                TensorPrimitives.MultiplyAdd(weights.Slice(classIndex * channels, channels), weight, gradient, gradient);
            }
            gradients[row] = gradient;
        }

        // Until here: the spans do not hold on to them.
        GC.KeepAlive(outputs);
        GC.KeepAlive(head);
        return new MeanGradients(scores, gradients);
    }

    /// <summary>Whether a score's gradient is zero everywhere.</summary>
    public bool IsFlat(int row) => !_gradients[row].AsSpan().ContainsAnyExcept(0f);

    /// <summary>Makes a map of one score: each channel's activation, times its mean gradient, times a number that is the same for all.</summary>
    /// <param name="row">The score's.</param>
    /// <param name="activations">Position by position, [h·w, C].</param>
    /// <param name="scale">That number.</param>
    /// <returns>A signed map, h·w values.</returns>
    public float[] Map(int row, ReadOnlySpan<float> activations, float scale)
    {
        ReadOnlySpan<float> gradient = _gradients[row];
        var map = new float[activations.Length / gradient.Length];
        for (var position = 0; position < map.Length; position++)
            map[position] = scale * TensorPrimitives.Dot(gradient, activations.Slice(position * gradient.Length, gradient.Length));
        return map;
    }
}
