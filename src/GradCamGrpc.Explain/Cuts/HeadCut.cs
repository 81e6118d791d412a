using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// A photo's maps at the layers that a head reads, cut from the network below: every score of the head is a row of one pass, and one
/// backward pass gives the gradients of all rows at all layers.
/// </summary>
/// <remarks>It belongs to one thread. The head's parameters must be frozen.</remarks>
public sealed class HeadCut
{
    /// <summary>Bounds the memory that rows take: beyond it there are several passes, one after the other.</summary>
    private const int MaxElements = 1 << 21;

    private readonly IReadOnlyList<CutLayer> _layers;
    private readonly IReadOnlyList<Tensor> _activations;

    /// <param name="layers">The layers, in the head's order.</param>
    /// <param name="activations">For each layer [1, C, h, w].</param>
    public HeadCut(IReadOnlyList<CutLayer> layers, IReadOnlyList<Tensor> activations)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(activations.Count, layers.Count, nameof(activations));
        _layers = layers;
        _activations = activations;
        RowsAtATime = (int)Math.Max(1, MaxElements / layers.Sum(layer => (long)layer.Channels * layer.Height * layer.Width));
    }

    /// <summary>How many scores share a pass.</summary>
    public int RowsAtATime { get; }

    /// <summary>Differentiates scores and makes a map of each by each method at each layer.</summary>
    /// <param name="targets">Scores of the head, as the caller knows them.</param>
    /// <param name="evaluate">From the maps, for each layer [R, C, h, w], and R of the targets to their scores [R]: row r's score reads row r alone.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more; it is asked before each pass.</param>
    /// <returns>
    /// Maps with the index of their target: in the order of the targets, of each by the methods and of those at the layers in theirs. While
    /// it is run through, the caller leaves the dispose scopes as they are.
    /// </returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<(int Target, SaliencyMap Map)> Explain<TTarget>(
        IReadOnlyList<TTarget> targets,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<TTarget>, Tensor> evaluate,
        IReadOnlyList<ICamMethod> methods,
        CancellationToken cancellation = default)
    {
        var first = 0;
        foreach (var rows in targets.Chunk(RowsAtATime))
        {
            cancellation.ThrowIfCancellationRequested();
            var maps = MapsOf(rows, evaluate, methods);
            for (var row = 0; row < rows.Length; row++)
            {
                foreach (var map in maps[row])
                    yield return (first + row, map);
            }
            first += rows.Length;
        }
    }

    private List<SaliencyMap>[] MapsOf<TTarget>(
        TTarget[] rows, Func<IReadOnlyList<Tensor>, IReadOnlyList<TTarget>, Tensor> evaluate, IReadOnlyList<ICamMethod> methods)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = [.. _activations.Select(maps => maps.detach().expand(rows.Length, -1, -1, -1).clone().requires_grad_())];   // [R, C, h, w]
        var scores = evaluate(leaves, rows);                                                                                    // [R]
        var gradients = autograd.grad([scores.sum()], leaves);
        var values = TensorValues.Floats(scores);
        var made = rows.Select(_ => new List<SaliencyMap>()).ToArray();
        foreach (var method in methods)
        {
            for (var i = 0; i < _layers.Count; i++)
            {
                var shape = new MapShape(1, _layers[i].Height, _layers[i].Width);
                var maps = TensorValues.Floats(method.Map(_activations[i].select(0, 0), gradients[i])).Chunk(shape.Positions).ToArray();  // [R, h, w]
                for (var row = 0; row < rows.Length; row++)
                {
                    var map = new SaliencyMap(method, _layers[i], Target: null, values[row], shape, maps[row]);
                    made[row].Add(map.IsZero ? map with { ScoreIsFlat = !gradients[i].select(0, row).any().item<bool>() } : map);
                }
            }
        }
        return made;
    }
}
