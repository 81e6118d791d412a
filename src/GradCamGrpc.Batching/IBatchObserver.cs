namespace GradCamGrpc.Batching;

/// <summary>
/// Watches a batcher, for metrics and logs. Called on the batcher's threads and on those that admit or
/// enqueue, several at a time: it must be quick, and must not throw.
/// </summary>
public interface IBatchObserver
{
    /// <summary>The first processor has started, and this is how batches will be formed.</summary>
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

    /// <summary>A processor threw when it was closed; its own batches were answered.</summary>
    void CloseFailed(Exception fault);

    /// <summary>A processor's owner has ended after the start and before its time: nothing more is answered.</summary>
    void Failed(Exception fault);

    /// <summary>An item threw when it was told that it fails.</summary>
    void NotificationFailed(Exception fault);
}
