namespace GradCamGrpc.Batching;

/// <summary>When an idle worker stops waiting for a fuller batch. While it is busy the next batch collects of itself.</summary>
public sealed record BatchPolicy
{
    /// <param name="maxBatchSize">Items that are run together at most, 1 or more.</param>
    /// <param name="maxDelay">How long the oldest item waits for company, 0 or more.</param>
    public BatchPolicy(int maxBatchSize, TimeSpan maxDelay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay, TimeSpan.Zero);
        MaxBatchSize = maxBatchSize;
        MaxDelay = maxDelay;
    }

    /// <summary>Items that are run together at most.</summary>
    public int MaxBatchSize { get; }

    /// <summary>How long the oldest item waits for company.</summary>
    public TimeSpan MaxDelay { get; }

    /// <summary>Decides for a queue that is not empty. Looks at nothing but its argument.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The queue is empty.</exception>
    public BatchDecision Decide(QueueSnapshot queue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queue.Count, 1);

        var left = MaxDelay - queue.OldestWait;
        if (queue.Count >= MaxBatchSize)
            return new BatchDecision.Ship(MaxBatchSize, ShipReason.Full);
        if (queue.IsDraining)
            return new BatchDecision.Ship(queue.Count, ShipReason.Draining);
        if (left <= TimeSpan.Zero)
            return new BatchDecision.Ship(queue.Count, ShipReason.Delay);
        if (queue.TimeToDeadline is not { } toDeadline)
            return new BatchDecision.Wait(left);

        // The deadline is to be met by the batch's end.
        var slack = toDeadline - queue.RunTime;
        return slack <= TimeSpan.Zero
            ? new BatchDecision.Ship(queue.Count, ShipReason.Deadline)
            : new BatchDecision.Wait(slack < left ? slack : left);
    }
}
