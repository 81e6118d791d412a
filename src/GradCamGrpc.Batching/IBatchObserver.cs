namespace GradCamGrpc.Batching;

/// <summary>Watches a batcher, for metrics and logs. Called on the batcher's threads: it must be quick, and must not throw.</summary>
public interface IBatchObserver
{
    /// <summary>The processor has started, and this is how batches will be formed.</summary>
    /// <param name="policy">What was set or chosen.</param>
    /// <param name="timings">What it was chosen by; none where nothing was measured.</param>
    void Opened(BatchPolicy policy, IReadOnlyList<BatchTiming> timings);

    /// <summary>A request was not taken.</summary>
    void Refused(RefusalReason reason);

    /// <summary>A batch goes to the processor.</summary>
    void Shipped(int size, ShipReason reason);

    /// <summary>An item leaves the queue for its batch after this wait.</summary>
    void Waited(TimeSpan wait);

    /// <summary>An item was taken out of the queue unanswered.</summary>
    void Dropped(Exception reason);

    /// <summary>A batch ended by an exception, which its items were told.</summary>
    void BatchFailed(Exception fault);

    /// <summary>The processor threw when it was closed; nobody waited for anything any more.</summary>
    void CloseFailed(Exception fault);

    /// <summary>An item threw when it was told that it fails.</summary>
    void NotificationFailed(Exception fault);
}
