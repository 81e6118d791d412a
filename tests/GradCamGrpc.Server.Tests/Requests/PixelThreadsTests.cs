using GradCamGrpc.Server.Requests;

namespace GradCamGrpc.Server.Tests.Requests;

public sealed class PixelThreadsTests : IDisposable
{
    private readonly DrawingThreads _threads = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _threads.Dispose();

    [Fact]
    public async Task RunAsync_Work_IsOnNoThreadOfThePoolAndItsCallerGoesOnOnOne()
    {
        var (work, caller) = await Task.Run(
            async () =>
            {
                var work = await _threads.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, Cancellation);
                return (work, Thread.CurrentThread.IsThreadPoolThread);
            },
            Cancellation);

        Assert.False(work);
        Assert.True(caller);
    }

    [Fact]
    public async Task RunAsync_EveryThreadIsBusy_WaitsForOne()
    {
        Task<int> work;
        using (new BusyThreads(_threads))
        {
            work = _threads.RunAsync(() => 5, Cancellation);

            Assert.True(await BusyThreads.IsHeldAsync(work));
        }
        Assert.Equal(5, await work);
    }

    /// <summary>Before the work whose order counts come those that hold all threads but one.</summary>
    [Fact]
    public async Task RunAsync_SeveralWait_AreDoneInTheirOrder()
    {
        var done = new List<int>();
        using var isDone = new ManualResetEventSlim();
        Task[] waiting;
        using (new BusyThreads(_threads))
        {
            var others = Enumerable.Range(1, Environment.ProcessorCount - 1).Select(_ => Do(() => Assert.True(isDone.Wait(BusyThreads.Patience))));
            waiting = [.. others, .. Enumerable.Range(0, 10).Select(i => Do(() => done.Add(i))), Do(isDone.Set)];
        }
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 10), done);

        Task Do(Action work) => _threads.RunAsync(
            () =>
            {
                work();
                return 0;
            },
            Cancellation);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItWaits_IsNotDone()
    {
        var isDone = false;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using (new BusyThreads(_threads))
        {
            var work = _threads.RunAsync(() => isDone = true, leaving.Token);
            await leaving.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.WaitAsync(BusyThreads.Patience, Cancellation));
        }
        using (new BusyThreads(_threads))
            Assert.False(isDone);
    }

    [Fact]
    public async Task RunAsync_CancelledBefore_SaysSo()
    {
        using var leaving = new CancellationTokenSource();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _threads.RunAsync(() => 0, leaving.Token));
    }

    [Fact]
    public async Task RunAsync_WorkThrows_ItsCallerIsToldAndTheThreadsGoOn()
    {
        await Assert.ThrowsAsync<ArithmeticException>(() => _threads.RunAsync<int>(() => throw new ArithmeticException(), Cancellation));

        using var busy = new BusyThreads(_threads);
    }

    [Fact]
    public async Task Dispose_WorkHasBegunAndOtherWaits_IsAllDoneFirst()
    {
        var threads = new DrawingThreads();
        Task<int> waiting;
        Task disposing;
        using (new BusyThreads(threads))
        {
            waiting = threads.RunAsync(() => 5, Cancellation);
            disposing = Task.Run(threads.Dispose, Cancellation);

            Assert.True(await BusyThreads.IsHeldAsync(disposing));
        }
        await disposing;
        Assert.Equal(5, await waiting.WaitAsync(BusyThreads.Patience, Cancellation));
        await Assert.ThrowsAsync<TaskSchedulerException>(() => threads.RunAsync(() => 0, Cancellation));
    }
}
