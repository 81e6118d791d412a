namespace GradCamGrpc.Batching;

/// <summary>What a batcher needs to know of a request.</summary>
public interface IBatchItem
{
    /// <summary>When its client stops waiting, by the wall clock; null for never.</summary>
    DateTimeOffset? Deadline { get; }

    /// <summary>Says that its client has stopped waiting.</summary>
    CancellationToken Cancellation { get; }

    /// <summary>
    /// Tells the item that it will not be answered. Called at most once by the batcher, on an owner thread, or on the thread that admits or
    /// enqueues; an item that was answered before ignores it.
    /// </summary>
    /// <param name="reason">
    /// <see cref="OperationCanceledException"/>, <see cref="DeadlineExceededException"/>, or what the processor threw.
    /// </param>
    void Fail(Exception reason);
}
