namespace GradCamGrpc.Batching.Tests;

/// <summary>Answers with the size of the batch, and can be held while it works.</summary>
internal sealed class TestProcessor : IBatchProcessor<TestItem>, IDisposable
{
    private readonly ManualResetEventSlim _go = new(initialState: true);
    private readonly SemaphoreSlim _entered = new(0);
    private readonly HashSet<int> _threads = [];

    public Exception? FaultOnOpen { get; init; }

    /// <summary>Called while it opens.</summary>
    public Action? Opening { get; init; }

    /// <summary>What the next batches throw; null for an answer.</summary>
    public Exception? Fault { get; set; }

    public List<int> BatchSizes { get; } = [];

    public int Closed { get; private set; }

    /// <summary>The threads it was called on.</summary>
    public IReadOnlySet<int> Threads => _threads;

    /// <summary>What it says batches take.</summary>
    public IReadOnlyList<BatchTiming> Timings { get; init; } = [];

    public IReadOnlyList<BatchTiming> Open()
    {
        _threads.Add(Environment.CurrentManagedThreadId);
        Opening?.Invoke();
        return FaultOnOpen is null ? Timings : throw FaultOnOpen;
    }

    public void Process(IReadOnlyList<QueuedItem<TestItem>> batch)
    {
        _threads.Add(Environment.CurrentManagedThreadId);
        _entered.Release();
        _go.Wait();
        BatchSizes.Add(batch.Count);
        if (Fault is not null)
            throw Fault;
        foreach (var queued in batch)
            queued.Item.Answered(batch.Count);
    }

    public void Close()
    {
        _threads.Add(Environment.CurrentManagedThreadId);
        Closed++;
    }

    /// <summary>Lets batches wait inside.</summary>
    public void Hold() => _go.Reset();

    public void Go() => _go.Set();

    /// <summary>Ends when a batch is inside.</summary>
    public Task EnteredAsync() => _entered.WaitAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _go.Dispose();
        _entered.Dispose();
    }
}
