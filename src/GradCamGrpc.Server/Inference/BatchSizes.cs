namespace GradCamGrpc.Server.Inference;

/// <summary>The sizes of batches that run when a model starts: the largest, its half, the half of that, and so on down to 1.</summary>
/// <param name="largest">The largest.</param>
internal sealed class BatchSizes(int largest)
{
    /// <summary>The largest first.</summary>
    public IReadOnlyList<int> All { get; } = [.. Halves(largest)];

    /// <summary>The largest.</summary>
    public int Largest => All[0];

    /// <summary>The smallest that holds so many rows.</summary>
    /// <param name="rows">1 to the largest.</param>
    public int For(int rows) => All.Last(size => size >= rows);

    private static IEnumerable<int> Halves(int largest)
    {
        for (var size = largest; size > 0; size /= 2)
            yield return size;
    }
}
