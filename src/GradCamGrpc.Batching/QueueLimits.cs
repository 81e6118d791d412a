namespace GradCamGrpc.Batching;

/// <summary>How much may wait.</summary>
public sealed record QueueLimits
{
    /// <param name="capacity">Items that may wait, 1 or more; those that are being prepared count.</param>
    /// <param name="maxBytes">Bytes that they may take, 1 or more. One item that is larger is let in where nothing else waits.</param>
    /// <param name="targetWait">How long a request may have to wait where the queue stands; null for 1.25 times what a full batch takes.</param>
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

    /// <summary>How long a request may have to wait where the queue stands; null for 1.25 times what a full batch takes.</summary>
    public TimeSpan? TargetWait { get; }
}
