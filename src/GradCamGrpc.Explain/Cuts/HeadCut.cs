using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// A photo's maps at the layers that a head reads, cut from the network below: every score of the head is a row of one pass, and one
/// backward pass gives the gradients of all rows at all layers.
/// </summary>
/// <remarks>
/// The head looks at the photo once. What it sees is repeated for the rows, so that nothing before that is run again; behind the rows
/// each one's gradient goes on to the layers by itself. It belongs to one thread, and lives in the dispose scope that it is made in. The
/// head's parameters must be frozen.
/// </remarks>
public sealed class HeadCut
{
    /// <summary>Bounds the memory that rows take (4 bytes each): beyond it there are several passes, one after the other.</summary>
    private const int MaxElements = 1 << 23;

    private readonly IReadOnlyList<CutLayer> _layers;
    private readonly Tensor[] _maps;
    private readonly IReadOnlyList<Tensor> _memory;

    /// <param name="layers">The layers, in the head's order.</param>
    /// <param name="activations">For each layer [1, C, h, w].</param>
    /// <param name="look">What the head sees of the photo, whatever it is asked: from the maps to tensors [1, ...]. Nothing else leads to the scores.</param>
    public HeadCut(IReadOnlyList<CutLayer> layers, IReadOnlyList<Tensor> activations, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> look)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(activations.Count, layers.Count, nameof(activations));
        _layers = layers;
        _maps = [.. activations.Select(maps => maps.detach().requires_grad_())];
        _memory = look(_maps);
        RowsAtATime = (int)Math.Max(1, MaxElements / _maps.Concat(_memory).Sum(values => values.numel()));
    }

    /// <summary>How many scores share a pass.</summary>
    public int RowsAtATime { get; }

    /// <summary>Differentiates scores and makes a map of each by each method at each layer.</summary>
    /// <param name="targets">Scores of the head, as the caller knows them.</param>
    /// <param name="evaluate">
    /// From what the head sees of the photo, repeated for R of the targets, each tensor [R, ...], and these targets, to their scores [R]:
    /// row r's score reads row r alone.
    /// </param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more; it is asked before each pass.</param>
    /// <returns>Maps with the index of their target: in the order of the targets, of each by the methods and of those at the layers in theirs.</returns>
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
        Tensor[] memory = [.. _memory.Select(seen => seen.detach().repeat_interleave(rows.Length, 0).requires_grad_())];        // [R, ...]
        var scores = evaluate(memory, rows);                                                                                    // [R]
        var gradients = AtLayers(autograd.grad([scores.sum()], memory), rows.Length);
        var values = TensorValues.Floats(scores);
        var made = rows.Select(_ => new List<SaliencyMap>()).ToArray();
        foreach (var method in methods)
        {
            for (var i = 0; i < _layers.Count; i++)
            {
                var shape = new MapShape(1, _layers[i].Height, _layers[i].Width);
                var maps = TensorValues.Floats(method.Map(_maps[i].detach().select(0, 0), gradients[i])).Chunk(shape.Positions).ToArray();
                for (var row = 0; row < rows.Length; row++)
                {
                    var map = new SaliencyMap(method, _layers[i], Target: null, values[row], shape, maps[row]);
                    made[row].Add(map.IsZero ? map with { ScoreIsFlat = !gradients[i].select(0, row).any().item<bool>() } : map);
                }
            }
        }
        return made;
    }

    /// <param name="ofMemory">dScore/dMemory of each row, each tensor [R, ...].</param>
    /// <param name="rows">R.</param>
    /// <returns>dScore/dA of each row: for each layer [R, C, h, w].</returns>
    private Tensor[] AtLayers(IList<Tensor> ofMemory, int rows)
    {
        var byRow = Enumerable.Range(0, rows)
            .Select(row => autograd.grad([.. _memory], _maps, [.. ofMemory.Select(gradient => gradient.narrow(0, row, 1))], retain_graph: true))
            .ToArray();
        return [.. _maps.Select((_, i) => cat([.. byRow.Select(gradients => gradients[i])]))];
    }
}
