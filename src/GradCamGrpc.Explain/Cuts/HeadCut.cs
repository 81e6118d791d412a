using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Cuts;

/// <summary>
/// A photo's maps at the layers that a head reads, cut from the network below: scores of the head are rows of one pass, and one backward
/// pass gives the gradients of all rows at all layers.
/// </summary>
/// <remarks>
/// The head says how its scores change with the vectors that it takes of the layers. From there a product with weights leads to the layers'
/// channels; where a method asks for no more than a channel's mean gradient, the mean is taken first. It belongs to one thread, and lives in
/// the dispose scope that it is made in.
/// </remarks>
public sealed class HeadCut
{
    /// <summary>Bounds the memory that rows take (4 bytes each): beyond it there are several passes, one after the other.</summary>
    private const int MaxElements = 1 << 24;

    private readonly IReadOnlyList<HeadReading> _readings;

    /// <param name="readings">What the head takes of the layers, in its order.</param>
    /// <param name="elementsOfARow">How many numbers the head takes to differentiate a score.</param>
    public HeadCut(IReadOnlyList<HeadReading> readings, long elementsOfARow)
    {
        _readings = readings;
        RowsAtATime = (int)Math.Max(1, MaxElements / (elementsOfARow + readings.Sum(ElementsOfARow)));
    }

    /// <summary>How many scores share a pass.</summary>
    public int RowsAtATime { get; }

    /// <summary>Differentiates scores and makes a map of each by each method at each layer.</summary>
    /// <param name="targets">Scores of the head, as the caller knows them.</param>
    /// <param name="differentiate">Evaluates and differentiates R of them.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more; it is asked before each pass, and in a pass before each method at each layer.</param>
    /// <returns>Maps with the index of their target: in the order of the targets, of each by the methods and of those at the layers in theirs.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<(int Target, SaliencyMap Map)> Explain<TTarget>(
        IReadOnlyList<TTarget> targets,
        Func<IReadOnlyList<TTarget>, HeadGradients> differentiate,
        IReadOnlyList<ICamMethod> methods,
        CancellationToken cancellation = default)
    {
        var first = 0;
        foreach (var rows in targets.Chunk(RowsAtATime))
        {
            cancellation.ThrowIfCancellationRequested();
            var maps = MapsOf(rows, differentiate, methods, cancellation);
            for (var row = 0; row < rows.Length; row++)
            {
                foreach (var map in maps[row])
                    yield return (first + row, map);
            }
            first += rows.Length;
        }
    }

    private List<SaliencyMap>[] MapsOf<TTarget>(
        TTarget[] rows,
        Func<IReadOnlyList<TTarget>, HeadGradients> differentiate,
        IReadOnlyList<ICamMethod> methods,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (scores, ofVectors) = differentiate(rows);
        var values = TensorValues.Floats(scores);
        var gradients = _readings.Zip(ofVectors, (reading, vectors) => new LayerGradients(reading, vectors)).ToArray();
        var made = rows.Select(_ => new List<SaliencyMap>()).ToArray();
        foreach (var method in methods)
        {
            foreach (var gradient in gradients)
            {
                cancellation.ThrowIfCancellationRequested();
                var layer = gradient.Layer;
                var shape = new MapShape(1, layer.Height, layer.Width);
                var maps = TensorValues.Floats(gradient.MapBy(method)).Chunk(shape.Positions).ToArray();
                for (var row = 0; row < rows.Length; row++)
                {
                    var map = new SaliencyMap(method, layer, Target: null, values[row], shape, maps[row]);
                    made[row].Add(map.IsZero ? map with { ScoreIsFlat = gradient.IsFlat(row) } : map);
                }
            }
        }
        return made;
    }

    /// <summary>The gradients at the vectors and at the channels, and as many again that a method makes of them.</summary>
    private static long ElementsOfARow(HeadReading reading) =>
        2L * reading.Layer.Positions * (reading.Weight.shape[0] + reading.Layer.Channels);
}
