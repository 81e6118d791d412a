namespace GradCamGrpc.Batching;

/// <summary>The work behind a queue, or some of it. All methods run on one thread, so that what they own needs no locks.</summary>
public interface IBatchProcessor<TItem>
{
    /// <summary>Runs once, before all else.</summary>
    void Open();

    /// <summary>
    /// Runs once, before the first batch and when all processors are open, at the same time as theirs: a machine's caches and memory are theirs in common.
    /// </summary>
    /// <returns>What batches of several sizes took, where they were tried; else nothing.</returns>
    IReadOnlyList<BatchTiming> Measure();

    /// <summary>
    /// Answers every item of a batch. What it throws, each item of the batch is told through <see cref="IBatchItem.Fail"/>; the next
    /// batch runs all the same.
    /// </summary>
    void Process(IReadOnlyList<QueuedItem<TItem>> batch);

    /// <summary>Runs once, after the last batch; also when <see cref="Open"/> threw.</summary>
    void Close();
}
