namespace GradCamGrpc.Batching.Tests;

/// <summary>Remembers what it saw.</summary>
internal sealed class TestObserver : IBatchObserver
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<ShipReason> Reasons { get; } = [];

    public List<Exception> Drops { get; } = [];

    public List<Exception> Faults { get; } = [];

    /// <summary>What it throws itself when a batch has failed; null for nothing.</summary>
    public Exception? FaultOnBatchFailed { get; set; }

    /// <summary>Ends when an owner has ended before its time.</summary>
    public Task<Exception> Failure => _failure.Task;

    public List<RefusalReason> Refusals { get; } = [];

    public BatchPolicy? Policy { get; private set; }

    public void Opened(BatchPolicy policy, IReadOnlyList<BatchTiming> timings) => Policy = policy;

    public void Refused(RefusalReason reason) => Add(Refusals, reason);

    public void Shipped(int size, ShipReason reason) => Add(Reasons, reason);

    public void Waited(TimeSpan wait) => Assert.True(wait >= TimeSpan.Zero);

    public void Dropped(Exception reason) => Add(Drops, reason);

    public void BatchFailed(Exception fault)
    {
        Add(Faults, fault);
        if (FaultOnBatchFailed is not null)
            throw FaultOnBatchFailed;
    }

    public void CloseFailed(Exception fault) => Add(Faults, fault);

    public void Failed(Exception fault) => Assert.True(_failure.TrySetResult(fault));

    public void NotificationFailed(Exception fault) => Add(Faults, fault);

    private void Add<T>(List<T> list, T value)
    {
        lock (_gate)
            list.Add(value);
    }
}
