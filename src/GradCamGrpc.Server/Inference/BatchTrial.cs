using GradCamGrpc.Batching;

namespace GradCamGrpc.Server.Inference;

/// <summary>Times batches of several sizes: of each the quickest run, for whatever else the machine does makes them only longer.</summary>
/// <param name="sizes">The sizes.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchTrial(BatchSizes sizes, TimeProvider time)
{
    private readonly Dictionary<int, TimeSpan> _quickest = [];

    /// <summary>What batches took, the smallest first.</summary>
    public IReadOnlyList<BatchTiming> Timings => [.. _quickest.OrderBy(size => size.Key).Select(size => new BatchTiming(size.Key, size.Value))];

    /// <summary>Runs a batch of each size, the largest first.</summary>
    /// <param name="run">Runs a batch of a size.</param>
    public void Run(Action<int> run)
    {
        foreach (var size in sizes.All)
            Run(run, size);
    }

    /// <summary>
    /// Runs a batch of each size, however long that takes, and then sizes until a time has passed, each for as long as the others: small batches,
    /// of which a disturbance is the larger part, so run the more often.
    /// </summary>
    /// <param name="run">Runs a batch of a size.</param>
    /// <param name="budget">The time, from the first batch on; the one that runs when it is over ends.</param>
    public void RunFor(Action<int> run, TimeSpan budget)
    {
        var start = time.GetTimestamp();
        var spent = sizes.All.ToDictionary(size => size, size => Run(run, size));
        while (time.GetElapsedTime(start) < budget)
        {
            var size = spent.MinBy(entry => entry.Value).Key;
            spent[size] += Run(run, size);
        }
    }

    private TimeSpan Run(Action<int> run, int size)
    {
        var start = time.GetTimestamp();
        run(size);
        var elapsed = time.GetElapsedTime(start);
        if (!_quickest.TryGetValue(size, out var quickest) || elapsed < quickest)
            _quickest[size] = elapsed;
        return elapsed;
    }
}
