using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Heads;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Heads;

/// <summary>
/// The layers of the network that a head reads, and the head's look at them. Behind them comes the head, whatever the network itself has
/// there.
/// </summary>
/// <remarks>
/// A head runs on the threads of the model's workers, and on the CPU wherever the network runs. Once frozen, any number of threads may use it
/// at a time, each in a dispose scope of its own. What the layers are may be asked on any thread.
/// </remarks>
internal sealed class HeadLayers
{
    private readonly ReadingHead _head;

    /// <param name="head">The head; it stays its owner's.</param>
    public HeadLayers(ReadingHead head)
    {
        _head = head;
        All = [.. head.Sources.Select(LayerOf)];
        Query = ImageQuery.PredictionOnly with { Observed = All };
    }

    /// <summary>The layers, in the head's order.</summary>
    public IReadOnlyList<CutLayer> All { get; }

    /// <summary>What a forward pass has to keep of a photo.</summary>
    public ImageQuery Query { get; }

    /// <summary>Checks that the network has the layers that a head reads, in the sizes that it reads.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="head">Its head, as the manifest describes it.</param>
    /// <param name="field">The manifest's field that does.</param>
    /// <param name="layers">The network's layers, by name: for inputs of the head's size.</param>
    /// <exception cref="InvalidModelException">It has not.</exception>
    public static void Check(ModelFolder folder, HeadManifest head, string field, IReadOnlyDictionary<string, CutLayer> layers)
    {
        var input = $"for inputs of {head.Preprocessing.CropWidth} x {head.Preprocessing.CropHeight} pixels";
        var faults = head.Sources.Select(Fault).OfType<string>().ToArray();
        if (faults.Length > 0)
            throw new InvalidModelException(folder.Path, faults);

        string? Fault(HeadSource source)
        {
            if (!layers.TryGetValue(source.Layer, out var layer))
                return $"{field}.sources: {input} the network has no layer '{source.Layer}' with maps";
            return layer.HasSizeOf(LayerOf(source))
                ? null
                : $"{field}.sources: {input} '{source.Layer}' has {Size(layer)}, not {Size(LayerOf(source))}";
        }
    }

    /// <summary>Looks at a photo, once for all that is asked about it. What the head sees lives in the caller's dispose scope.</summary>
    /// <param name="activations">What each layer says of it, [1, C, h, w].</param>
    public ViewedPhoto Look(IReadOnlyList<Tensor> activations)
    {
        using var noTape = no_grad();
        Tensor[] maps = [.. activations.Select(values => values.cpu())];
        return new ViewedPhoto(maps, _head.Look(maps));
    }

    /// <summary>Differentiates scores of the head, and makes a map of each.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="targets">The scores, as the caller knows them.</param>
    /// <param name="evaluate">From what the head sees and R of the targets to their scores, [R]: see <see cref="ReadingHead.Differentiate"/>.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    /// <returns>Maps at all layers with the index of their target: see <see cref="HeadCut.Explain"/>.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public IEnumerable<(int Target, SaliencyMap Map)> Explain<TTarget>(
        ViewedPhoto photo,
        IReadOnlyList<TTarget> targets,
        Func<PhotoMemory, IReadOnlyList<TTarget>, Tensor> evaluate,
        IReadOnlyList<ICamMethod> methods,
        CancellationToken cancellation)
    {
        var readings = All.Select((layer, i) => new HeadReading(layer, photo.Maps[i], _head.ProjectionWeights[i]));
        return new HeadCut([.. readings], _head.ElementsOfARow).Explain(targets, Differentiate, methods, cancellation);

        HeadGradients Differentiate(IReadOnlyList<TTarget> rows)
        {
            var (scores, gradients) = _head.Differentiate(photo.Memory, rows.Count, seen => evaluate(seen, rows));
            return new HeadGradients(scores, gradients);
        }
    }

    /// <summary>Splits weights of attention by the layers.</summary>
    /// <param name="weights">[R, P], P the positions of all layers.</param>
    /// <returns>For each row and each layer h·w weights.</returns>
    public IReadOnlyList<IReadOnlyList<float[]>> ByLayer(Tensor weights)
    {
        long[] positions = [.. All.Select(layer => (long)layer.Height * layer.Width)];
        var split = weights.split(positions, dim: 1).Select(part => TensorValues.Floats(part).Chunk((int)part.shape[1]).ToArray()).ToArray();
        return [.. Enumerable.Range(0, (int)weights.shape[0]).Select(row => split.Select(rows => rows[row]).ToArray())];
    }

    private static CutLayer LayerOf(HeadSource source) => new(source.Layer, source.Channels, source.Height, source.Width);

    private static string Size(CutLayer layer) => $"{layer.Channels} channels, {layer.Height} rows and {layer.Width} columns";
}
