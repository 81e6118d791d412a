namespace GradCamGrpc.Batching;

/// <summary>The work behind a queue, or some of it. All three methods run on one thread, so that what they own needs no locks.</summary>
public interface IBatchProcessor<TItem>
{
    /// <summary>Runs once, before the first batch.</summary>
    /// <returns>What batches of several sizes took, where they were tried; else nothing.</returns>
    IReadOnlyList<BatchTiming> Open();

    /// <summary>
    /// Answers every item of a batch. What it throws, each item of the batch is told through <see cref="IBatchItem.Fail"/>; the next
    /// batch runs all the same.
    /// </summary>
    void Process(IReadOnlyList<QueuedItem<TItem>> batch);

    /// <summary>Runs once, after the last batch; also when <see cref="Open"/> threw.</summary>
    void Close();
}
