using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Scores;

/// <summary>Evaluates one target a row in a handful of tensor operations, however many rows there are.</summary>
public static class ScoreTable
{
    /// <param name="outputs">The network's outputs, [R, classes].</param>
    /// <param name="targets">A target for each row; null where the row has none: its score is 0. One row has one at least.</param>
    /// <returns>The scores, [R].</returns>
    /// <exception cref="ArgumentException">No row has a target.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target's class is none of the outputs', or its link is unknown.</exception>
    public static Tensor Evaluate(Tensor outputs, IReadOnlyList<ScoreTarget?> targets)
    {
        Tensor? scores = null;
        foreach (var (link, weights) in WeightsByLink(outputs, targets))
        {
            var linked = (Apply(link, outputs) * weights).sum([1]);                                 // [R]
            scores = scores is null ? linked : scores.Plus(linked);
        }
        return scores!;
    }

    /// <summary>The scores, and how they change with the outputs, by their derivatives and without a tape.</summary>
    /// <param name="outputs">The network's outputs, [R, classes].</param>
    /// <param name="targets">A target for each row; null where the row has none: its score and gradient are 0.</param>
    /// <returns>
    /// The scores, [R]; dScore/dOutputs, [R, c]; and the outputs that the c columns stand for, [c], since of all others they are 0: null where
    /// each output has its own column.
    /// </returns>
    /// <exception cref="ArgumentException">No row has a target.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target's class is none of the outputs', or its link is unknown.</exception>
    internal static (Tensor Scores, Tensor Gradients, Tensor? Classes) Differentiate(Tensor outputs, IReadOnlyList<ScoreTarget?> targets)
    {
        using var noTape = no_grad();
        if (NamedClasses(targets) is { } named)
        {
            var weights = Weights(targets, ScoreLink.Logit, outputs, named);                        // [R, c]
            var classes = tensor(named, device: outputs.device);
            return ((outputs.index_select(1, classes) * weights).sum([1]), weights, classes);
        }

        Tensor? scores = null, gradients = null;
        foreach (var (link, weights) in WeightsByLink(outputs, targets))
        {
            var linked = Apply(link, outputs);
            var ofScores = (linked * weights).sum([1], keepdim: true);                              // [R, 1]
            var ofOutputs = link switch
            {
                ScoreLink.Logit => weights,
                ScoreLink.Probability => linked * (weights - ofScores),
                ScoreLink.LogProbability => weights - linked.exp() * weights.sum([1], keepdim: true),
                _ => throw new ArgumentOutOfRangeException(nameof(targets), link, "unknown link"),
            };
            scores = scores is null ? ofScores : scores.Plus(ofScores);
            gradients = gradients is null ? ofOutputs : gradients.Plus(ofOutputs);
        }
        return (scores!.squeeze(1), gradients!, null);
    }

    /// <summary>The classes whose outputs alone the scores depend on; null where they may depend on all, or there is no score.</summary>
    private static long[]? NamedClasses(IReadOnlyList<ScoreTarget?> targets)
    {
        var present = targets.OfType<ScoreTarget>().ToArray();
        return present.Length > 0 && present.All(target => target.Link is ScoreLink.Logit)
            ? [.. present.SelectMany(target => target.Terms).Select(term => (long)term.ClassIndex).Distinct()]
            : null;
    }

    /// <returns>Each link of a target, and the classes' weights in the rows that have it, [R, classes].</returns>
    /// <exception cref="ArgumentException">No row has a target.</exception>
    private static (ScoreLink Link, Tensor Weights)[] WeightsByLink(Tensor outputs, IReadOnlyList<ScoreTarget?> targets)
    {
        var links = targets.OfType<ScoreTarget>().Select(target => target.Link).Distinct().ToArray();
        if (links.Length == 0)
            throw new ArgumentException("at least one row needs a target", nameof(targets));
        return [.. links.Select(link => (link, Weights(targets, link, outputs, classes: null)))];
    }

    /// <param name="targets">The rows' targets.</param>
    /// <param name="link">Whose weights; a row with another link has none.</param>
    /// <param name="outputs">[R, classes].</param>
    /// <param name="classes">Those that have a column; null for all.</param>
    /// <returns>[R, columns].</returns>
    private static Tensor Weights(IReadOnlyList<ScoreTarget?> targets, ScoreLink link, Tensor outputs, long[]? classes)
    {
        var known = outputs.shape[1];
        var columns = classes?.Length ?? (int)known;
        var cells = new float[targets.Count * columns];
        for (var row = 0; row < targets.Count; row++)
        {
            if (targets[row] is not { } target || target.Link != link)
                continue;
            foreach (var (classIndex, weight) in target.Terms)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, known);
                var column = classes is null ? classIndex : Array.IndexOf(classes, classIndex);
                cells[row * columns + column] += weight;
            }
        }
        return tensor(cells, [targets.Count, columns], outputs.dtype, outputs.device);
    }

    /// <summary>The outputs, [..., classes], as a link turns them.</summary>
    internal static Tensor Apply(ScoreLink link, Tensor outputs) => link switch
    {
        ScoreLink.Logit => outputs,
        ScoreLink.Probability => nn.functional.softmax(outputs, -1),
        ScoreLink.LogProbability => nn.functional.log_softmax(outputs, -1),
        _ => throw new ArgumentOutOfRangeException(nameof(link), link, "unknown link"),
    };
}
