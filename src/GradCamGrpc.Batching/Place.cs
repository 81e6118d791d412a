namespace GradCamGrpc.Batching;

/// <summary>
/// Room in a queue that a request has before it is ready to wait there: while it is prepared, nobody else takes it. A batcher that drains
/// waits for it, too. Disposal gives back what was not used.
/// </summary>
public sealed class Place<TItem> : IDisposable
    where TItem : IBatchItem
{
    private readonly DynamicBatcher<TItem> _batcher;

    internal Place(DynamicBatcher<TItem> batcher, in Arrival arrival)
    {
        _batcher = batcher;
        Arrival = arrival;
        Left = arrival.Items;
    }

    internal Arrival Arrival { get; }

    /// <summary>Items that may still be enqueued. The batcher alone changes it, under its gate.</summary>
    internal int Left { get; set; }

    /// <summary>Puts an item into the queue. It is answered, or told why not.</summary>
    /// <exception cref="InvalidOperationException">There is no room left in this place.</exception>
    public void Enqueue(TItem item) => _batcher.Enqueue(this, item);

    /// <inheritdoc />
    public void Dispose() => _batcher.Release(this);
}
