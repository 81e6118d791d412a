using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>What an <see cref="IAttributionMethod"/> is asked.</summary>
/// <param name="Network">The network.</param>
/// <param name="Image">[1, 3, H, W], as the network takes it.</param>
/// <param name="Layer">Where; of no meaning to a method that does not use a layer.</param>
/// <param name="Targets">K scores.</param>
/// <param name="Cancellation">Says that nobody waits any more.</param>
public sealed record AttributionTask(
    CutNetwork Network, Tensor Image, CutLayer Layer, IReadOnlyList<ScoreTarget> Targets, CancellationToken Cancellation)
{
    /// <summary>Images that are run together: enough to keep the device busy, few enough to bound the memory.</summary>
    public const int ChunkSize = 16;

    /// <summary>Rows of the input.</summary>
    public int Height => (int)Image.shape[2];

    /// <summary>Columns of the input.</summary>
    public int Width => (int)Image.shape[3];

    /// <summary>The K scores of each row of outputs.</summary>
    /// <param name="outputs">[R, classes].</param>
    /// <returns>[K, R].</returns>
    public Tensor Scores(Tensor outputs)
    {
        var rows = (int)outputs.shape[0];
        return stack([.. Targets.Select(target => ScoreTable.Evaluate(outputs, [.. Enumerable.Repeat(target, rows)]))]);
    }

    /// <summary>The maps of the K scores of several images at the layer, in one batch.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="method">How they are made.</param>
    /// <returns>[B, K, 1, h, w].</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public Tensor Cams(Tensor images, ICamMethod method)
    {
        var batch = (int)images.shape[0];
        var maps = new ReadOnlyMemory<float>[batch * Targets.Count];
        Network.Forward(images, [.. Enumerable.Repeat(new ImageQuery([Layer], Targets.Count), batch)]).Explain(
            [.. Enumerable.Repeat(Targets, batch)],
            [.. Enumerable.Repeat<ICamMethod[]>([method], batch)],
            (image, target, map) => maps[image * Targets.Count + target] = map.Values,
            _ => !Cancellation.IsCancellationRequested);
        Cancellation.ThrowIfCancellationRequested();
        return tensor([.. maps.SelectMany(map => map.ToArray())], Image.dtype, device: Image.device)
            .reshape(batch, Targets.Count, 1, Layer.Height, Layer.Width);
    }

    /// <summary>Scores of variants of the image, one for each channel of the layer, where many channels' variants are the same one.</summary>
    /// <remarks>Behind a ReLU many channels say nothing of an image: four of ten at EfficientNet-Lite0's last layer.</remarks>
    /// <param name="isSilent">[C]: whose variant is the same.</param>
    /// <param name="ofSilent">The scores of that variant, [K, 1].</param>
    /// <param name="ask">Gives the scores [K, R] of R of the other channels, whose numbers it is given, [R].</param>
    /// <returns>[K, C].</returns>
    public Tensor ChannelScores(Tensor isSilent, Tensor ofSilent, Func<Tensor, Tensor> ask)
    {
        var scores = ofSilent.repeat(1, isSilent.shape[0]);
        var others = isSilent.logical_not().nonzero().flatten();
        if (others.shape[0] == 0)
            return scores;
        return scores.index_copy(1, others, cat(InChunks((int)others.shape[0], (first, count) => ask(others.narrow(0, first, count))), 1));
    }

    /// <summary>Asks about many variants of the image, a few at a time.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="ask">Gives something for the variants from the first number on, as many as the second.</param>
    /// <returns>What it gave for each chunk, in their order.</returns>
    public Tensor[] InChunks(int count, Func<int, int, Tensor> ask)
    {
        var given = new List<Tensor>();
        for (var first = 0; first < count; first += ChunkSize)
        {
            Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            given.Add(ask(first, Math.Min(ChunkSize, count - first)).MoveToOuterDisposeScope());
        }
        return [.. given];
    }
}
