using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests.Requests;

/// <summary>Keeps all threads for pixels busy until it is disposed.</summary>
internal sealed class BusyThreads : IDisposable
{
    private readonly ManualResetEventSlim _free = new();
    private readonly Task[] _busy;

    public BusyThreads(PixelThreads threads)
    {
        using var started = new CountdownEvent(Environment.ProcessorCount);
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
        started.Wait();
    }

    public void Dispose()
    {
        _free.Set();
        Task.WaitAll(_busy);
        _free.Dispose();
    }
}
