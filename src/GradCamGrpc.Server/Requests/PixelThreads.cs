namespace GradCamGrpc.Server.Requests;

/// <summary>
/// Threads for what takes long with pixels, as many as there are cores. Those of the pool, of which there may be a single one, are left to the network.
/// </summary>
/// <remarks>A scheduler, so that who waits for the work goes on on the pool, and not on these threads.</remarks>
internal abstract class PixelThreads : TaskScheduler, IDisposable
{
    // Guards what is below it. Threads without work wait for its pulse, and do not spin meanwhile.
    private readonly object _gate = new();
    private readonly LinkedList<Task> _waiting = [];
    private bool _areEnding;

    private readonly Thread[] _threads;

    /// <param name="name">The threads' name.</param>
    protected PixelThreads(string name)
    {
        _threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { Name = name, IsBackground = true })];

        // Whoever makes them may be a call: they are no part of it.
        foreach (var thread in _threads)
            thread.UnsafeStart();
    }

    /// <summary>Does work once a thread is free, in the order in which it came.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Says that nobody waits any more. What has begun is done all the same, and waited for.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more, and it had not begun.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        // What StartNew makes ends no sooner than a thread takes it, however early it is cancelled.
        var task = new Task<T>(work, cancellation, TaskCreationOptions.DenyChildAttach);
        try
        {
            task.Start(this);
        }
        catch (InvalidOperationException) when (task.IsCanceled)
        {
            // It cannot begin any more, and says why itself.
        }
        return task;
    }

    /// <summary>Ends the threads once they have done what waits.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _areEnding = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads)
            thread.Join();
    }

    /// <inheritdoc />
    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_areEnding, this);
            _waiting.AddLast(task);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Called where nobody waits any more.</summary>
    protected override bool TryDequeue(Task task)
    {
        lock (_gate)
            return _waiting.Remove(task);
    }

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc />
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return [.. _waiting];
    }

    private void Work()
    {
        while (Take() is { } task)
            TryExecuteTask(task);
    }

    /// <returns>Null when all is done.</returns>
    private Task? Take()
    {
        lock (_gate)
        {
            while (_waiting.First is null)
            {
                if (_areEnding)
                    return null;
                Monitor.Wait(_gate);
            }
            var task = _waiting.First.Value;
            _waiting.RemoveFirst();
            return task;
        }
    }
}
