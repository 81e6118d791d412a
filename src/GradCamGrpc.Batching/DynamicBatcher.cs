namespace GradCamGrpc.Batching;

/// <summary>
/// A bounded queue in front of processors that work in batches, each on a thread of its own. Every accepted item is answered by one of them
/// or told that it fails: nothing is ever lost.
/// </summary>
/// <remarks>
/// Any thread may ask for a place and enqueue there. Each processor's owner thread decides, drops who no longer waits, and runs it; the
/// owners alone take items out, but for those whose clients have left, which are cleared away when somebody would else be refused.
/// </remarks>
public sealed class DynamicBatcher<TItem> : IAsyncDisposable
    where TItem : IBatchItem
{
    private enum Phase
    {
        Created,
        Running,
        Draining,

        /// <summary>An owner has ended before its time, and with it the others do.</summary>
        Failed,
    }

    private readonly IBatchProcessor<TItem>[] _processors;
    private readonly BatchSettings _settings;
    private readonly IBatchObserver _observer;
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;

    // Wakes one owner. One that leaves something to decide behind wakes another.
    private readonly AutoResetEvent _changed = new(initialState: false);
    private readonly string _name;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards all below it, and the alarm. Items are told anything only outside of it: they may call back.
    private readonly Lock _gate = new();
    private readonly BatchQueue<TItem> _queue;
    private Phase _phase = Phase.Created;
    private int _owners;
    private int _opened;

    /// <param name="name">The owner threads' name.</param>
    /// <param name="processors">Who does the work, one or more: any of them any batch.</param>
    /// <param name="settings">What is set of how batches are formed.</param>
    /// <param name="limits">How much may wait.</param>
    /// <param name="observer">Watches.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no processors.</exception>
    public DynamicBatcher(
        string name,
        IReadOnlyList<IBatchProcessor<TItem>> processors,
        BatchSettings settings,
        QueueLimits limits,
        IBatchObserver observer,
        TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfZero(processors.Count, nameof(processors));
        _name = name;
        _processors = [.. processors];
        _settings = settings;
        _queue = new BatchQueue<TItem>(limits, _processors.Length, time);
        _observer = observer;
        _time = time;
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

    /// <summary>Bytes of all that wait or are being prepared.</summary>
    public long QueueBytes
    {
        get
        {
            lock (_gate)
                return _queue.Bytes;
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

    /// <summary>Whether it takes work: all processors have started, and it neither drains nor has failed.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
                return _phase is Phase.Running;
        }
    }

    /// <summary>Starts the processors: the first, so that what it measures is not disturbed, and then the others together. Call it once.</summary>
    /// <returns>
    /// Ends when all have started, or where it drains meanwhile, once the next one has: the others may then never start. Faults with what a
    /// start threw.
    /// </returns>
    /// <exception cref="InvalidOperationException">It was started already, or drains.</exception>
    public Task StartAsync()
    {
        lock (_gate)
        {
            if (_phase is not Phase.Created || _owners > 0)
                throw new InvalidOperationException("the batcher was started already, or drains");
            Start(0);
        }
        return _started.Task;
    }

    /// <summary>Gives a request a place in the queue before it is ready for it, or refuses it at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has no items, a client of a weight below 1, or a negative number of bytes.</exception>
    public Admission<TItem> Admit(in Arrival arrival)
    {
        Check(arrival);
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

    /// <summary>Why a request would be refused a place at this moment, which counts as a refusal; it is given none.</summary>
    /// <returns>Null where it would not, or where nothing is taken at all.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It has no items, a client of a weight below 1, or a negative number of bytes.</exception>
    public Refusal? ObjectionTo(in Arrival arrival)
    {
        Check(arrival);
        var objection = TryObject(arrival);

        // Who no longer waits makes room.
        if (objection is not null && DropExpired() > 0)
            objection = TryObject(arrival);
        if (objection is not null)
            _observer.Refused(objection.Reason);
        return objection;
    }

    /// <summary>Takes no more work, lets everything accepted be answered, and ends the owner threads.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            // Whoever made it drain has told the owners, or was one.
            if (_phase is Phase.Draining or Phase.Failed)
                return _ended.Task;
            if (_owners == 0)
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
            if (_phase is not Phase.Failed)
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

    /// <summary>Starts a processor's owner; under the gate.</summary>
    private void Start(int index)
    {
        new Thread(() => Own(index)) { Name = _name, IsBackground = true }.Start();
        _owners++;
    }

    private void Own(int index)
    {
        var processor = _processors[index];
        try
        {
            Opened(index, processor.Open());
            Work(processor);
        }
        catch (Exception fault)
        {
            var isAtStart = _started.TrySetException(fault);
            Abandon(fault);
            if (!isAtStart)
                _observer.Failed(fault);
        }
        finally
        {
            Close(processor);
            Leave();
        }
    }

    /// <summary>A processor has started. By the first one's measurements batches are formed for all, and then the others start; the last one lets work in.</summary>
    private void Opened(int index, IReadOnlyList<BatchTiming> timings)
    {
        if (index == 0)
        {
            var policy = _settings.Choose(timings);
            _observer.Opened(policy, timings);
            lock (_gate)
            {
                _queue.Policy = policy;
                foreach (var timing in timings)
                    _queue.Learn(timing);
            }
        }
        lock (_gate)
        {
            _opened++;
            if (_phase is Phase.Created)
            {
                for (var next = 1; index == 0 && next < _processors.Length; next++)
                    Start(next);
                if (_opened < _processors.Length)
                    return;
                _phase = Phase.Running;
            }
        }
        _started.TrySetResult();
    }

    /// <summary>An owner ends, and wakes the next, which may end too. Whoever is the last says so.</summary>
    private void Leave()
    {
        lock (_gate)
        {
            _changed.Set();
            _owners--;
            if (_owners > 0)
                return;
        }
        _ended.TrySetResult();
    }

    private void Work(IBatchProcessor<TItem> processor)
    {
        while (true)
        {
            DropExpired();
            if (!TryTake(out var batch, out var reason))
                return;
            if (batch is null)
                _changed.WaitOne();
            else
                Run(processor, batch, reason);
        }
    }

    /// <summary>Takes the batch that is to run now; null where it is better to wait. It wakes another owner for what is left.</summary>
    /// <returns>False when all is done.</returns>
    private bool TryTake(out BatchQueue<TItem>.Batch? batch, out ShipReason reason)
    {
        (batch, reason) = (null, default);
        lock (_gate)
        {
            var isDraining = _phase is Phase.Draining;
            if (_phase is Phase.Failed || (isDraining && _queue.IsEmpty))
                return false;
            switch (_queue.Count > 0 ? _queue.Decide(isDraining) : new BatchDecision.Wait(Timeout.InfiniteTimeSpan))
            {
                case BatchDecision.Ship ship:
                    (batch, reason) = (_queue.Take(ship.Count), ship.Reason);
                    if (_queue.Count > 0)
                        _changed.Set();
                    break;
                case BatchDecision.Wait wait:
                    // All owners have one alarm: it is set by whoever has looked last.
                    _alarm.Change(InWholeMilliseconds(wait.Time), Timeout.InfiniteTimeSpan);
                    break;
            }
        }
        return true;
    }

    /// <summary>A timer drops fractions of a millisecond: it would ring too early, and for the last one again and again.</summary>
    private static TimeSpan InWholeMilliseconds(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));

    private void Run(IBatchProcessor<TItem> processor, BatchQueue<TItem>.Batch batch, ShipReason reason)
    {
        var isGood = false;
        try
        {
            _observer.Shipped(batch.Items.Count, reason);
            foreach (var waiting in batch.Items)
                _observer.Waited(_time.GetElapsedTime(waiting.EnqueuedAt));
            processor.Process([.. batch.Items.Select(waiting => new QueuedItem<TItem>(waiting.Item, waiting.EnqueuedAt))]);
            isGood = true;
        }
        catch (Exception fault)
        {
            try
            {
                _observer.BatchFailed(fault);
            }
            finally
            {
                foreach (var waiting in batch.Items)
                    Tell(waiting.Item, fault);
            }
        }
        lock (_gate)
            _queue.Ended(batch, isGood);
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

    private static void Check(in Arrival arrival)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arrival.Items, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(arrival.Client.Weight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(arrival.Bytes);
    }

    private Refusal? TryObject(in Arrival arrival)
    {
        lock (_gate)
            return _phase is Phase.Running ? _queue.ObjectionTo(arrival) : null;
    }

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

    /// <summary>An owner ends before its time: nobody is left waiting.</summary>
    private void Abandon(Exception fault)
    {
        IReadOnlyList<(TItem Item, Exception Reason)> left;
        lock (_gate)
        {
            _phase = Phase.Failed;
            left = _queue.Drop(_ => fault);
        }
        foreach (var (item, reason) in left)
            Tell(item, reason);
    }

    private void Close(IBatchProcessor<TItem> processor)
    {
        try
        {
            processor.Close();
        }
        catch (Exception fault)
        {
            _observer.CloseFailed(fault);
        }
    }
}
