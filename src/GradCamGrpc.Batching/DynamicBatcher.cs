using System.Diagnostics;

namespace GradCamGrpc.Batching;

/// <summary>
/// A bounded queue in front of one thread that works in batches. Every accepted item is answered by the processor or told that it
/// fails: nothing is ever lost.
/// </summary>
/// <remarks>
/// Any thread may enqueue. One owner thread decides, drops who no longer waits, and runs the processor; it alone takes items out, but
/// for those whose clients have left, which an enqueuer clears away when the queue is full.
/// </remarks>
public sealed class DynamicBatcher<TItem> : IAsyncDisposable
    where TItem : IBatchItem
{
    private enum Phase
    {
        Created,
        Running,
        Draining,
    }

    private readonly IBatchProcessor<TItem> _processor;
    private readonly BatchPolicy _policy;
    private readonly int _capacity;
    private readonly IBatchObserver _observer;
    private readonly TimeProvider _time;
    private readonly Thread _owner;
    private readonly ITimer _alarm;
    private readonly AutoResetEvent _changed = new(initialState: false);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the two below it. Items are told anything only outside of it: they may call back.
    private readonly Lock _gate = new();
    private readonly LinkedList<QueuedItem<TItem>> _queue = [];
    private Phase _phase = Phase.Created;

    // Written by the owner alone.
    private long _ticksPerItem = TimeSpan.TicksPerMillisecond;

    /// <param name="name">The owner thread's name.</param>
    /// <param name="processor">The work.</param>
    /// <param name="policy">When a batch goes out.</param>
    /// <param name="capacity">Items that may wait, 1 or more.</param>
    /// <param name="observer">Watches.</param>
    /// <param name="time">The clock.</param>
    public DynamicBatcher(
        string name, IBatchProcessor<TItem> processor, BatchPolicy policy, int capacity, IBatchObserver observer, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _processor = processor;
        _policy = policy;
        _capacity = capacity;
        _observer = observer;
        _time = time;
        _owner = new Thread(Own) { Name = name, IsBackground = true };
        _alarm = time.CreateTimer(_ => _changed.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Items that wait at this moment.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>Starts the owner thread. Call it once.</summary>
    /// <returns>Ends when the processor has started; faults with what its start threw.</returns>
    public Task StartAsync()
    {
        _owner.Start();
        return _started.Task;
    }

    /// <summary>Looks whether an item would be accepted now, so that costly preparations are not made in vain.</summary>
    public Admission Probe()
    {
        Admission admission;
        lock (_gate)
            admission = Admit();
        if (admission is not Admission.QueueFull)
            return admission;

        // Who no longer waits makes room.
        DropExpired();
        lock (_gate)
            return Admit();
    }

    /// <summary>Puts an item at the end of the queue, or refuses it at once.</summary>
    public Admission TryEnqueue(TItem item)
    {
        var admission = Probe();
        if (admission is not Admission.Accepted)
            return admission;

        lock (_gate)
        {
            // Others may have come in between.
            admission = Admit();
            if (admission is Admission.Accepted)
            {
                _queue.AddLast(new QueuedItem<TItem>(item, _time.GetTimestamp()));
                _changed.Set();
            }
            AssertInvariants();
        }
        return admission;
    }

    /// <summary>Takes no more work, lets everything accepted be answered, and ends the owner thread.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            // Whoever made it drain has told the owner, or was the owner.
            if (_phase is Phase.Draining)
                return _ended.Task;
            if (_phase is Phase.Created && _owner.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
                _ended.TrySetResult();
            _phase = Phase.Draining;
            _changed.Set();
        }
        return _ended.Task;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        await _alarm.DisposeAsync().ConfigureAwait(false);
        _changed.Dispose();
    }

    private void Own()
    {
        try
        {
            _processor.Open();
            lock (_gate)
            {
                if (_phase is Phase.Created)
                    _phase = Phase.Running;
            }
            _started.TrySetResult();
            Work();
        }
        catch (Exception fault)
        {
            _started.TrySetException(fault);
            Abandon(fault);
        }
        finally
        {
            CloseProcessor();
            _ended.TrySetResult();
        }
    }

    private void Work()
    {
        while (true)
        {
            DropExpired();
            switch (Decide())
            {
                case BatchDecision.Ship ship:
                    Run(Take(ship));
                    break;
                case BatchDecision.Wait wait:
                    _alarm.Change(wait.Time, Timeout.InfiniteTimeSpan);
                    _changed.WaitOne();
                    break;
                case null:
                    return;
            }
        }
    }

    /// <summary>What to do next; null when all is done.</summary>
    private BatchDecision? Decide()
    {
        lock (_gate)
        {
            var isDraining = _phase is Phase.Draining;
            if (_queue.First is not { Value: var oldest })
                return isDraining ? null : new BatchDecision.Wait(Timeout.InfiniteTimeSpan);

            var earliest = _queue.Min(queued => queued.Item.Deadline);
            return _policy.Decide(new QueueSnapshot(
                _queue.Count, _time.GetElapsedTime(oldest.EnqueuedAt), earliest - _time.GetUtcNow(), isDraining));
        }
    }

    private QueuedItem<TItem>[] Take(BatchDecision.Ship ship)
    {
        var batch = new QueuedItem<TItem>[ship.Count];
        lock (_gate)
        {
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = _queue.First!.Value;
                _queue.RemoveFirst();
            }
            AssertInvariants();
        }
        _observer.Shipped(batch.Length, ship.Reason);
        foreach (var queued in batch)
            _observer.Waited(_time.GetElapsedTime(queued.EnqueuedAt));
        return batch;
    }

    private void Run(QueuedItem<TItem>[] batch)
    {
        var start = _time.GetTimestamp();
        try
        {
            _processor.Process(batch);
        }
        catch (Exception fault)
        {
            _observer.BatchFailed(fault);
            foreach (var queued in batch)
                Tell(queued.Item, fault);
        }

        // A moving average over the last ten batches or so.
        var ticks = _time.GetElapsedTime(start).Ticks / batch.Length;
        Interlocked.Exchange(ref _ticksPerItem, (9 * _ticksPerItem + ticks) / 10);
    }

    private void DropExpired()
    {
        List<(TItem Item, Exception Reason)> expired = [];
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            for (var node = _queue.First; node is not null;)
            {
                var next = node.Next;
                if (ReasonToDrop(node.Value.Item, now) is { } reason)
                {
                    expired.Add((node.Value.Item, reason));
                    _queue.Remove(node);
                }
                node = next;
            }
        }
        foreach (var (item, reason) in expired)
        {
            _observer.Dropped(reason);
            Tell(item, reason);
        }
    }

    private static Exception? ReasonToDrop(TItem item, DateTimeOffset now) =>
        item.Deadline <= now ? new DeadlineExceededException()
        : item.Cancellation.IsCancellationRequested ? new OperationCanceledException(item.Cancellation)
        : null;

    private Admission Admit()
    {
        if (_phase is not Phase.Running)
            return new Admission.Closed();
        if (_queue.Count < _capacity)
            return new Admission.Accepted();
        var ticks = Interlocked.Read(ref _ticksPerItem) * _queue.Count;
        return new Admission.QueueFull(TimeSpan.FromTicks(Math.Max(ticks, TimeSpan.TicksPerMillisecond)));
    }

    private void Tell(TItem item, Exception reason)
    {
        try
        {
            item.Fail(reason);
        }
        catch (Exception failure)
        {
            _observer.NotificationFailed(failure);
        }
    }

    /// <summary>The owner ends before its time: nobody is left waiting.</summary>
    private void Abandon(Exception fault)
    {
        QueuedItem<TItem>[] left;
        lock (_gate)
        {
            _phase = Phase.Draining;
            left = [.. _queue];
            _queue.Clear();
        }
        foreach (var queued in left)
            Tell(queued.Item, fault);
    }

    private void CloseProcessor()
    {
        try
        {
            _processor.Close();
        }
        catch (Exception fault)
        {
            _observer.CloseFailed(fault);
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "the queue is looked at under its gate only");
        Debug.Assert(_queue.Count <= _capacity, "the queue never exceeds its capacity");
    }
}
