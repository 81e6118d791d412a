using GradCamGrpc.Tensors;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Attribution;

/// <summary>
/// Occlusion: how much of the score is lost where a grey patch (0 in the network's input) covers a place (Zeiler and Fergus 2014, section
/// 4.2). A pixel's value is the mean loss of the patches that cover it; a forward pass for each patch, which all scores share.
/// </summary>
/// <param name="patch">The patch's side in pixels of the network's input, 1 or more.</param>
/// <param name="stride">Pixels from a patch to the next, 1 to <paramref name="patch"/>: no pixel is left out.</param>
public sealed class Occlusion(int patch = Occlusion.DefaultPatch, int stride = Occlusion.DefaultStride) : IAttributionMethod
{
    /// <summary>Where a caller has no wish.</summary>
    public const int DefaultPatch = 32;

    /// <summary>Where a caller has no wish.</summary>
    public const int DefaultStride = 16;

    /// <inheritdoc />
    public string Name => "occlusion";

    /// <summary>The patch's side.</summary>
    public int Patch { get; } = patch >= 1 ? patch : throw new ArgumentOutOfRangeException(nameof(patch), patch, "at least one pixel is needed");

    /// <summary>Pixels from a patch to the next.</summary>
    public int Stride { get; } = stride >= 1 && stride <= patch
        ? stride
        : throw new ArgumentOutOfRangeException(nameof(stride), stride, "it is from 1 to the patch's side");

    /// <inheritdoc />
    public bool UsesLayer => false;

    /// <inheritdoc />
    public int Channels => 1;

    /// <inheritdoc />
    public bool IsSlow => true;

    /// <inheritdoc />
    public Tensor Attribute(AttributionTask task)
    {
        var places = Places(task);
        var whole = task.Scores(task.Network.Outputs(task.Image));                              // [K, 1]
        var covered = task.InChunks(places.Length, (first, count) =>
        {
            var images = task.Image.repeat(count, 1, 1, 1);
            for (var i = 0; i < count; i++)
                Cut(images.narrow(0, i, 1), places[first + i]).zero_();
            return task.Scores(task.Network.Outputs(images));                                   // [K, R]
        });
        return MeanLoss(whole - cat(covered, 1), places, task);
    }

    private (int Row, int Column)[] Places(AttributionTask task) =>
        [.. Starts(task.Height).SelectMany(row => Starts(task.Width).Select(column => (row, column)))];

    /// <summary>Where patches start on a side; the last one may hang over its end.</summary>
    private IEnumerable<int> Starts(int side)
    {
        yield return 0;
        for (var start = Stride; start + Patch - Stride < side; start += Stride)
            yield return start;
    }

    private Tensor Cut(Tensor images, (int Row, int Column) place)
    {
        var rows = Math.Min(Patch, images.shape[2] - place.Row);
        var columns = Math.Min(Patch, images.shape[3] - place.Column);
        return images.narrow(2, place.Row, rows).narrow(3, place.Column, columns);
    }

    private Tensor MeanLoss(Tensor losses, (int Row, int Column)[] places, AttributionTask task)
    {
        var sums = zeros([losses.shape[0], 1, task.Height, task.Width], device: losses.device);
        var counts = zeros([1, 1, task.Height, task.Width], device: losses.device);
        for (var i = 0; i < places.Length; i++)
        {
            Cut(sums, places[i]).PlusInPlace(losses.select(1, i).reshape(-1, 1, 1, 1));
            Cut(counts, places[i]).PlusInPlace(1);
        }
        return sums / counts;
    }
}
