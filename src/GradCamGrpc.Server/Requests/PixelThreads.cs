using System.Collections.Concurrent;

namespace GradCamGrpc.Server.Requests;

/// <summary>
/// Threads for what takes long with pixels: reading large photos, drawing maps. As many as there are cores take turns at it, and those of the pool,
/// of which there may be a single one, are left to the network.
/// </summary>
internal sealed class PixelThreads : TaskScheduler, IDisposable
{
    // Who waits for a turn can leave at any moment. Who has one waits for its thread no longer than that takes to come.
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);
    private readonly BlockingCollection<Task> _started = [];
    private readonly Thread[] _threads;

    public PixelThreads()
    {
        _threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { Name = "pixels", IsBackground = true })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>Does work once a thread is free; who waits for it goes on on the pool's.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Says that nobody waits any more. What has begun is done all the same.</param>
    /// <exception cref="OperationCanceledException">Nobody waits any more, and it had not begun.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Ends the threads once they have done what has begun. Turns may be given back yet: nothing of theirs needs an end.</summary>
    public void Dispose()
    {
        _started.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _started.Dispose();
    }

    /// <inheritdoc />
    protected override void QueueTask(Task task) => _started.Add(task);

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc />
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _started];

    private void Work()
    {
        foreach (var task in _started.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
