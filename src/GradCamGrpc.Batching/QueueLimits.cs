namespace GradCamGrpc.Batching;

/// <summary>How much may wait.</summary>
public sealed record QueueLimits
{
    /// <param name="capacity">Items that may wait, 1 or more; those that are being prepared count.</param>
    /// <param name="maxBytes">Bytes that they may take, 1 or more. One item that is larger is let in where nothing else waits.</param>
    /// <param name="targetWait">How long a request may have to wait where the queue stands, which it does once that is four times as long; null for 1.25 runs of a full batch, and never for fewer than 80 requests.</param>
    public QueueLimits(int capacity, long maxBytes = long.MaxValue, TimeSpan? targetWait = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        if (targetWait is { } target)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(target, TimeSpan.Zero, nameof(targetWait));
        Capacity = capacity;
        MaxBytes = maxBytes;
        TargetWait = targetWait;
    }

    /// <summary>Items that may wait.</summary>
    public int Capacity { get; }

    /// <summary>Bytes that they may take.</summary>
    public long MaxBytes { get; }

    /// <summary>How long a request may have to wait where the queue stands; null for the default.</summary>
    public TimeSpan? TargetWait { get; }
}
