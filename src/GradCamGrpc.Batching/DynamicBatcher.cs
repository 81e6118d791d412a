namespace GradCamGrpc.Batching;

/// <summary>
/// A bounded queue in front of one thread that works in batches. Every accepted item is answered by the processor or told that it
/// fails: nothing is ever lost.
/// </summary>
/// <remarks>
/// Any thread may ask for a place and enqueue there. One owner thread decides, drops who no longer waits, and runs the processor; it alone
/// takes items out, but for those whose clients have left, which are cleared away when somebody would else be refused.
/// </remarks>
public sealed class DynamicBatcher<TItem> : IAsyncDisposable
    where TItem : IBatchItem
{
    private enum Phase
    {
        Created,
        Running,
        Draining,
        Ended,
    }

    private readonly IBatchProcessor<TItem> _processor;
    private readonly BatchSettings _settings;
    private readonly IBatchObserver _observer;
    private readonly TimeProvider _time;
    private readonly Thread _owner;
    private readonly ITimer _alarm;
    private readonly AutoResetEvent _changed = new(initialState: false);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the two below it. Items are told anything only outside of it: they may call back.
    private readonly Lock _gate = new();
    private readonly BatchQueue<TItem> _queue;
    private Phase _phase = Phase.Created;

    /// <param name="name">The owner thread's name.</param>
    /// <param name="processor">The work.</param>
    /// <param name="settings">What is set of how batches are formed.</param>
    /// <param name="limits">How much may wait.</param>
    /// <param name="observer">Watches.</param>
    /// <param name="time">The clock.</param>
    public DynamicBatcher(
        string name, IBatchProcessor<TItem> processor, BatchSettings settings, QueueLimits limits, IBatchObserver observer, TimeProvider time)
    {
        _processor = processor;
        _settings = settings;
        _queue = new BatchQueue<TItem>(limits, time);
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

    /// <summary>How batches are formed; a default before the processor has started.</summary>
    public BatchPolicy Policy
    {
        get
        {
            lock (_gate)
                return _queue.Policy;
        }
    }

    /// <summary>Starts the owner thread. Call it once.</summary>
    /// <returns>Ends when the processor has started; faults with what its start threw.</returns>
    public Task StartAsync()
    {
        _owner.Start();
        return _started.Task;
    }

    /// <summary>Bytes of all that wait or are being prepared.</summary>
    public long QueueBytes
    {
        get
        {
            lock (_gate)
                return _queue.Bytes;
        }
    }

    /// <summary>Gives a request a place in the queue before it is ready for it, or refuses it at once.</summary>
    public Admission<TItem> Admit(in Arrival arrival)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arrival.Items, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(arrival.Client.Weight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(arrival.Bytes);
        var admission = TryAdmit(arrival);
        if (admission is not Admission<TItem>.Refused)
            return admission;

        // Who no longer waits makes room.
        if (DropExpired() > 0)
            admission = TryAdmit(arrival);
        if (admission is Admission<TItem>.Refused refused)
            _observer.Refused(refused.Refusal.Reason);
        return admission;
    }

    /// <summary>Takes no more work, lets everything accepted be answered, and ends the owner thread.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            // Whoever made it drain has told the owner, or was the owner.
            if (_phase is Phase.Draining or Phase.Ended)
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

    internal void Enqueue(Place<TItem> place, TItem item)
    {
        lock (_gate)
        {
            if (place.Left == 0)
                throw new InvalidOperationException("there is no room left in this place");
            place.Left--;
            if (_phase is not Phase.Ended)
            {
                _queue.Add(item, place.Arrival);
                _changed.Set();
                return;
            }
            _queue.Release(place.Arrival, 1);
        }
        Tell(item, new OperationCanceledException("the batcher has ended"));
    }

    internal void Release(Place<TItem> place)
    {
        lock (_gate)
        {
            if (place.Left == 0)
                return;
            _queue.Release(place.Arrival, place.Left);
            place.Left = 0;

            // Whoever drains may have waited for it.
            if (_phase is Phase.Draining)
                _changed.Set();
        }
    }

    private void Own()
    {
        try
        {
            var timings = _processor.Open();
            var policy = _settings.Choose(timings);
            _observer.Opened(policy, timings);
            lock (_gate)
            {
                _queue.Policy = policy;
                foreach (var timing in timings)
                    _queue.Learn(timing);
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
            if (_queue.Count > 0)
                return _queue.Decide(isDraining);
            return isDraining && _queue.IsEmpty ? null : new BatchDecision.Wait(Timeout.InfiniteTimeSpan);
        }
    }

    private QueuedItem<TItem>[] Take(BatchDecision.Ship ship)
    {
        BatchQueue<TItem>.Waiting[] batch;
        lock (_gate)
            batch = _queue.Take(ship.Count);
        _observer.Shipped(batch.Length, ship.Reason);
        foreach (var waiting in batch)
            _observer.Waited(_time.GetElapsedTime(waiting.EnqueuedAt));
        return [.. batch.Select(waiting => new QueuedItem<TItem>(waiting.Item, waiting.EnqueuedAt))];
    }

    private void Run(QueuedItem<TItem>[] batch)
    {
        var isGood = false;
        try
        {
            _processor.Process(batch);
            isGood = true;
        }
        catch (Exception fault)
        {
            _observer.BatchFailed(fault);
            foreach (var queued in batch)
                Tell(queued.Item, fault);
        }
        lock (_gate)
            _queue.Ended(isGood);
    }

    private int DropExpired()
    {
        IReadOnlyList<(TItem Item, Exception Reason)> expired;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            expired = _queue.Drop(item => ReasonToDrop(item, now));
        }
        foreach (var (item, reason) in expired)
        {
            _observer.Dropped(reason);
            Tell(item, reason);
        }
        return expired.Count;
    }

    private static Exception? ReasonToDrop(TItem item, DateTimeOffset now) =>
        item.Deadline <= now ? new DeadlineExceededException()
        : item.Cancellation.IsCancellationRequested ? new OperationCanceledException(item.Cancellation)
        : null;

    private Admission<TItem> TryAdmit(in Arrival arrival)
    {
        lock (_gate)
        {
            if (_phase is not Phase.Running)
                return new Admission<TItem>.Closed();
            return _queue.Reserve(arrival) is { } refusal
                ? new Admission<TItem>.Refused(refusal)
                : new Admission<TItem>.Accepted(new Place<TItem>(this, arrival));
        }
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
        IReadOnlyList<(TItem Item, Exception Reason)> left;
        lock (_gate)
        {
            _phase = Phase.Ended;
            left = _queue.Drop(_ => fault);
        }
        foreach (var (item, reason) in left)
            Tell(item, reason);
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
}
