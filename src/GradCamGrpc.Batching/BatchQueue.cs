using System.Diagnostics;

namespace GradCamGrpc.Batching;

/// <summary>
/// What waits for workers, and what is known of their pace: who is let in, when a batch goes out and who is in it. One thread at a time uses it.
/// </summary>
/// <param name="limits">How much may wait.</param>
/// <param name="workers">How many batches run at a time, 1 or more.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchQueue<TItem>(QueueLimits limits, int workers, TimeProvider time)
    where TItem : IBatchItem
{
    /// <summary>How many runs of a full batch a request may have to wait in a queue that stands, where nothing is set.</summary>
    private const double TargetBatches = 1.25;

    /// <summary>How many times the target one has to wait before a queue stands.</summary>
    private const int PatientTargets = 4;

    /// <summary>
    /// So many may wait in any case before a queue stands, where no target is set. Clients who send a request for each answer make a queue that is
    /// long, but does not grow: nobody would gain by their being refused.
    /// </summary>
    private const int PatientItems = 80;

    /// <param name="Item">The item.</param>
    /// <param name="Bytes">Memory that it takes.</param>
    /// <param name="EnqueuedAt">When it was ready.</param>
    internal readonly record struct Waiting(TItem Item, long Bytes, long EnqueuedAt);

    /// <summary>What runs together.</summary>
    /// <param name="Items">One or more.</param>
    /// <param name="StartedAt">Since when.</param>
    internal sealed record Batch(IReadOnlyList<Waiting> Items, long StartedAt);

    private readonly FairQueue<Waiting> _queue = new();
    private readonly Dictionary<Line, int> _lines = [];
    private readonly Dictionary<string, (int Items, long Bytes)> _clients = new(StringComparer.Ordinal);
    private readonly BatchCost _cost = new();
    private readonly StandingQueue _standing = new(time);
    private readonly List<Batch> _running = [];
    private int _reserved;
    private long _bytes;

    /// <summary>How batches are formed; set before the first.</summary>
    public BatchPolicy Policy { get; set; } = new(BatchSettings.DefaultMaxBatchSize, TimeSpan.Zero);

    /// <summary>Items that are ready for a batch.</summary>
    public int Count => _queue.Count;

    /// <summary>Items that have a place, ready or not.</summary>
    public int Taken => _queue.Count + _reserved;

    /// <summary>Bytes of those that have a place.</summary>
    public long Bytes => _bytes;

    /// <summary>Whether nothing is there and nothing will come of places that were given.</summary>
    public bool IsEmpty => Taken == 0;

    /// <summary>How long a request may have to wait where the queue stands.</summary>
    public TimeSpan TargetWait => limits.TargetWait ?? _cost.Expected(Policy.MaxBatchSize) * TargetBatches;

    /// <summary>A batch of this size was tried.</summary>
    public void Learn(BatchTiming timing) => _cost.Learn(timing.Size, timing.Time);

    /// <summary>Reserves room for a request.</summary>
    /// <returns>Why there is none; null where there is.</returns>
    public Refusal? Reserve(in Arrival arrival)
    {
        var objection = ObjectionTo(arrival);
        if (objection is null)
        {
            Account(arrival.Line, arrival.Items, arrival.Items * arrival.Bytes);
            _reserved += arrival.Items;
        }
        AssertInvariants();
        return objection;
    }

    /// <summary>Why there is no room for a request at this moment; null where there is. It takes none, but whoever hears why has been refused.</summary>
    public Refusal? ObjectionTo(in Arrival arrival)
    {
        var ahead = Ahead(arrival.Line);
        var (clientItems, clientBytes) = _clients.GetValueOrDefault(arrival.Client.Key);
        var refusal = AdmissionPolicy.Decide(limits, new AdmissionSnapshot
        {
            Items = arrival.Items,
            Bytes = arrival.Items * arrival.Bytes,
            Waiting = Taken,
            WaitingBytes = _bytes,
            ClientWaiting = clientItems,
            ClientBytes = clientBytes,
            IsResting = _running.Count < workers,
            IsStanding = _standing.IsStanding,
            Wait = TimeUntil(ahead),
            Run = _cost.Cautious(Math.Min(ahead + 1, Policy.MaxBatchSize)),
            TimeToEmpty = TimeUntil(Taken + Policy.MaxBatchSize - 1),
            TargetWait = TargetWait,
            TimeToDeadline = arrival.Deadline - time.GetUtcNow(),
        });
        if (refusal?.Reason is RefusalReason.Standing)
            _standing.Refused();
        return refusal;
    }

    /// <summary>Gives back room for items that will not come.</summary>
    public void Release(in Arrival arrival, int items)
    {
        Account(arrival.Line, -items, -items * arrival.Bytes);
        _reserved -= items;
        AssertInvariants();
    }

    /// <summary>An item takes the room that was reserved for it.</summary>
    public void Add(TItem item, in Arrival arrival)
    {
        _reserved--;
        _queue.Add(arrival.Line, new Waiting(item, arrival.Bytes, time.GetTimestamp()));
        AssertInvariants();
    }

    /// <summary>Decides what to do next; there must be items.</summary>
    public BatchDecision Decide(bool isDraining)
    {
        var now = time.GetTimestamp();
        var oldest = _queue.Entries.Min(entry => entry.Item.EnqueuedAt);
        var earliest = _queue.Entries.Min(entry => entry.Item.Item.Deadline);
        var size = Math.Min(_queue.Count, Policy.MaxBatchSize);
        return Policy.Decide(new QueueSnapshot(
            _queue.Count, time.GetElapsedTime(oldest, now), _cost.Cautious(size), earliest - time.GetUtcNow(), isDraining));
    }

    /// <summary>Takes a batch, which begins to run.</summary>
    public Batch Take(int count)
    {
        _standing.Look(TimeUntil(Taken), Patience, TargetWait);
        var items = new Waiting[count];
        for (var i = 0; i < count; i++)
        {
            var entry = _queue.Take();
            items[i] = entry.Item;
            Account(entry.Line, -1, -entry.Item.Bytes);
        }
        var batch = new Batch(items, time.GetTimestamp());
        _running.Add(batch);
        AssertInvariants();
        return batch;
    }

    /// <summary>A batch has ended.</summary>
    /// <param name="batch">One that runs.</param>
    /// <param name="isGood">Whether by answering its items, so that its time says something.</param>
    public void Ended(Batch batch, bool isGood)
    {
        if (isGood)
            _cost.Learn(batch.Items.Count, time.GetElapsedTime(batch.StartedAt));
        _running.Remove(batch);
        if (IsEmpty && _running.Count == 0)
            _standing.Emptied();
    }

    /// <summary>Takes out all that a rule names, and gives back their room, but not their turns: see <see cref="FairQueue{TItem}.Remove"/>.</summary>
    /// <param name="reasonToDrop">Why an item is to leave; null where it stays.</param>
    public IReadOnlyList<(TItem Item, Exception Reason)> Drop(Func<TItem, Exception?> reasonToDrop)
    {
        List<(FairQueue<Waiting>.Entry Entry, Exception Reason)>? leaving = null;
        foreach (var entry in _queue.Entries)
        {
            if (reasonToDrop(entry.Item.Item) is { } reason)
                (leaving ??= []).Add((entry, reason));
        }
        if (leaving is null)
            return [];
        foreach (var (entry, _) in leaving)
        {
            _queue.Remove(entry);
            Account(entry.Line, -1, -entry.Item.Bytes);
        }
        AssertInvariants();
        return [.. leaving.Select(one => (one.Entry.Item.Item, one.Reason))];
    }

    /// <summary>
    /// Items that are taken before one that comes now: those of its line, and of each other line as many as are due by then, whose round-robin
    /// gives it as many turns as the two weights are to each other.
    /// </summary>
    private int Ahead(Line line)
    {
        var own = _lines.GetValueOrDefault(line);
        var ahead = own;
        foreach (var (other, waiting) in _lines)
        {
            if (other != line)
                ahead += (int)Math.Min(waiting, Math.Ceiling((own + 1) * other.Weight / line.Weight));
        }
        return ahead;
    }

    /// <summary>How long a request may have to wait while the queue does not stand.</summary>
    private TimeSpan Patience
    {
        get
        {
            var target = TargetWait;
            var patience = target < TimeSpan.MaxValue / PatientTargets ? PatientTargets * target : TimeSpan.MaxValue;
            var forItems = limits.TargetWait is null ? TimeUntil(PatientItems) : TimeSpan.Zero;
            return patience > forItems ? patience : forItems;
        }
    }

    /// <summary>How long it takes until an item starts that has so many before it: these go in full batches to whichever worker gets free first.</summary>
    private TimeSpan TimeUntil(int ahead)
    {
        var batches = ahead / Policy.MaxBatchSize;
        var run = _cost.Expected(Policy.MaxBatchSize);
        TimeSpan[] free = [.. Enumerable.Repeat(TimeSpan.Zero, workers - _running.Count), .. _running.Select(RestOf).Order()];

        // While one of them is busy for longer than a batch the others run more of these; from then on all take turns.
        for (; batches > 0 && free[^1] - free[0] > run; batches--)
        {
            free[0] += run;
            Array.Sort(free);
        }
        return free[batches % workers] + batches / workers * run;
    }

    /// <summary>What is left of a batch that runs. One that is overdue is expected to take as long again as it is overdue.</summary>
    private TimeSpan RestOf(Batch batch) => (_cost.Expected(batch.Items.Count) - time.GetElapsedTime(batch.StartedAt)).Duration();

    private void Account(Line line, int items, long bytes)
    {
        _bytes += bytes;
        var waiting = _lines.GetValueOrDefault(line) + items;
        if (waiting == 0)
            _lines.Remove(line);
        else
            _lines[line] = waiting;
        var (clientItems, clientBytes) = _clients.GetValueOrDefault(line.Client.Key);
        if (clientItems + items == 0)
            _clients.Remove(line.Client.Key);
        else
            _clients[line.Client.Key] = (clientItems + items, clientBytes + bytes);
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_reserved >= 0 && _bytes >= 0, "no more is given back than was taken");
        Debug.Assert(_lines.Values.Sum() == Taken, "every item that has a place is counted in its line");
        Debug.Assert(_clients.Values.Sum(client => client.Items) == Taken, "every item that has a place is its client's");
        Debug.Assert(_clients.Values.Sum(client => client.Bytes) == _bytes, "and so are its bytes");
    }
}
