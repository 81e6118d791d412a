using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests.Requests;

/// <summary>Keeps all threads for pixels busy until it is disposed.</summary>
internal sealed class BusyThreads : IDisposable
{
    /// <summary>How long a test waits for what should not take long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _free = new();
    private readonly Task[] _busy;

    /// <exception cref="TimeoutException">There are fewer threads than cores, or one does not come.</exception>
    public BusyThreads(PixelThreads threads)
    {
        var started = new CountdownEvent(Environment.ProcessorCount);
        _busy =
        [
            .. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => threads.RunAsync(
                () =>
                {
                    started.Signal();
                    _free.Wait();
                    return 0;
                },
                CancellationToken.None)),
        ];
        if (!started.Wait(Patience))
            throw new TimeoutException($"{started.CurrentCount} threads are missing");
    }

    /// <summary>Whether something still waits after what would be time enough for it on any other thread.</summary>
    public static async Task<bool> IsHeldAsync(Task work)
    {
        await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        return !work.IsCompleted;
    }

    public void Dispose()
    {
        _free.Set();
        if (!Task.WaitAll(_busy, Patience))
            throw new TimeoutException("the threads do not end their work");
    }
}
