using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

public sealed class DynamicBatcherTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestProcessor _processor = new();
    private readonly TestObserver _observer = new();

    public void Dispose() => _processor.Dispose();

    [Fact]
    public async Task TryEnqueue_WhileABatchRuns_TheNextOneCollects()
    {
        await using var batcher = await StartAsync(maxBatch: 3);
        _processor.Hold();
        var first = Enqueue(batcher);
        await _processor.EnteredAsync();
        var others = Enumerable.Range(0, 4).Select(_ => Enqueue(batcher)).ToArray();
        Assert.Equal(4, batcher.QueueLength);

        _processor.Go();

        Assert.Equal(1, await first.Answer);
        var sizes = await Task.WhenAll(others.Select(item => item.Answer));
        Assert.Equal([3, 3, 3, 1], sizes);
        Assert.Equal(0, batcher.QueueLength);
    }

    [Fact]
    public async Task TryEnqueue_DelayIsSet_ShipsWhenItHasPassed()
    {
        await using var batcher = await StartAsync(maxBatch: 8, delay: Second);
        var item = Enqueue(batcher);

        await AdvanceUntilAsync(item.Answer);

        Assert.Equal(1, await item.Answer);
        Assert.Equal([ShipReason.Delay], _observer.Reasons);
    }

    [Fact]
    public async Task TryEnqueue_BatchIsFull_ShipsWithoutDelay()
    {
        await using var batcher = await StartAsync(maxBatch: 2, delay: Second);

        var items = new[] { Enqueue(batcher), Enqueue(batcher) };

        var sizes = await Task.WhenAll(items.Select(item => item.Answer));
        Assert.Equal([2, 2], sizes);
        Assert.Equal([ShipReason.Full], _observer.Reasons);
    }

    [Fact]
    public async Task TryEnqueue_DeadlineBeforeTheDelay_ShipsAtOnce()
    {
        await using var batcher = await StartAsync(maxBatch: 8, delay: 10 * Second);

        var item = Enqueue(batcher, new TestItem(deadline: _time.GetUtcNow() + Second));

        Assert.Equal(1, await item.Answer);
        Assert.Equal([ShipReason.Deadline], _observer.Reasons);
    }

    [Fact]
    public async Task TryEnqueue_DeadlineOfALaterItem_ShipsBoth()
    {
        await using var batcher = await StartAsync(maxBatch: 8, delay: 10 * Second);

        var items = new[] { Enqueue(batcher), Enqueue(batcher, new TestItem(deadline: _time.GetUtcNow() + Second)) };

        var sizes = await Task.WhenAll(items.Select(item => item.Answer));
        Assert.Equal([2, 2], sizes);
        Assert.Equal([ShipReason.Deadline], _observer.Reasons);
    }

    [Fact]
    public async Task Run_ItemThrowsWhenItIsTold_TheOthersAreToldAndTheNextBatchRuns()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        _processor.Hold();
        var first = Enqueue(batcher);
        await _processor.EnteredAsync();
        var answeredAlready = new TestItem();
        answeredAlready.Answered(0);
        Enqueue(batcher, answeredAlready);
        var other = Enqueue(batcher);
        _processor.Fault = new IOException("broken");
        _processor.Go();
        await Assert.ThrowsAsync<IOException>(() => first.Answer);
        await Assert.ThrowsAsync<IOException>(() => other.Answer);

        _processor.Fault = null;

        Assert.Equal(1, await Enqueue(batcher).Answer);
        Assert.Contains(_observer.Faults, fault => fault is InvalidOperationException);
    }

    [Fact]
    public async Task TryEnqueue_QueueIsFull_IsRefusedAtOnceWithAHint()
    {
        await using var batcher = await StartAsync(maxBatch: 1, capacity: 2);
        _processor.Hold();
        Enqueue(batcher);
        await _processor.EnteredAsync();
        Enqueue(batcher);
        Enqueue(batcher);

        var admission = batcher.TryEnqueue(new TestItem());

        // A millisecond an item, before anything was measured.
        Assert.Equal(TimeSpan.FromMilliseconds(2), Assert.IsType<Admission.QueueFull>(admission).RetryAfter);
        Assert.IsType<Admission.QueueFull>(batcher.Probe());
        _processor.Go();
    }

    [Fact]
    public async Task Probe_QueueIsFullOfThoseWhoHaveLeft_TheyMakeRoom()
    {
        await using var batcher = await StartAsync(maxBatch: 1, capacity: 1);
        _processor.Hold();
        Enqueue(batcher);
        await _processor.EnteredAsync();
        using var leaving = new CancellationTokenSource();
        var left = Enqueue(batcher, new TestItem(cancellation: leaving.Token));
        await leaving.CancelAsync();

        Assert.IsType<Admission.Accepted>(batcher.Probe());
        Assert.IsType<Admission.Accepted>(batcher.TryEnqueue(new TestItem()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Answer);
        _processor.Go();
    }

    [Fact]
    public async Task Run_CancelledWhileWaiting_IsNotRun()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        _processor.Hold();
        var first = Enqueue(batcher);
        await _processor.EnteredAsync();
        using var leaving = new CancellationTokenSource();
        var left = Enqueue(batcher, new TestItem(cancellation: leaving.Token));
        var stays = Enqueue(batcher);
        await leaving.CancelAsync();

        _processor.Go();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Answer);
        Assert.Equal((1, 1), (await first.Answer, await stays.Answer));
        Assert.IsType<OperationCanceledException>(Assert.Single(_observer.Drops));
    }

    [Fact]
    public async Task Run_DeadlinePassedWhileWaiting_IsNotRun()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        _processor.Hold();
        Enqueue(batcher);
        await _processor.EnteredAsync();
        var late = Enqueue(batcher, new TestItem(deadline: _time.GetUtcNow() + Second));
        var stays = Enqueue(batcher);
        _time.Advance(Second);

        _processor.Go();

        await Assert.ThrowsAsync<DeadlineExceededException>(() => late.Answer);
        Assert.Equal(1, await stays.Answer);
    }

    [Fact]
    public async Task Run_ProcessorThrows_ItsBatchIsToldAndTheNextOneRuns()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        _processor.Fault = new InvalidOperationException("out of order");
        var failed = Enqueue(batcher);
        Assert.Equal("out of order", (await Assert.ThrowsAsync<InvalidOperationException>(() => failed.Answer)).Message);

        _processor.Fault = null;

        Assert.Equal(1, await Enqueue(batcher).Answer);
        Assert.Same(failed.Answer.Exception!.InnerException, Assert.Single(_observer.Faults));
    }

    [Fact]
    public async Task Drain_ItemsWait_AllAreAnsweredAndNoneIsTaken()
    {
        var batcher = await StartAsync(maxBatch: 2, delay: 100 * Second);
        _processor.Hold();
        var items = Enumerable.Range(0, 5).Select(_ => Enqueue(batcher)).ToArray();
        await _processor.EnteredAsync();

        var drained = batcher.DrainAsync();
        Assert.IsType<Admission.Closed>(batcher.TryEnqueue(new TestItem()));
        Assert.False(drained.IsCompleted);
        _processor.Go();
        await drained;

        Assert.All(items, item => Assert.True(item.Answer.IsCompletedSuccessfully));
        Assert.Equal(5, _processor.BatchSizes.Sum());
        Assert.Equal(1, _processor.Closed);
        await batcher.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_Twice_EndsBothTimes()
    {
        var batcher = await StartAsync(maxBatch: 2);

        await batcher.DisposeAsync();
        await batcher.DisposeAsync();
        await batcher.DrainAsync();

        Assert.Equal(1, _processor.Closed);
    }

    [Fact]
    public async Task Dispose_NeverStarted_Ends()
    {
        var batcher = Create(_processor, maxBatch: 1, TimeSpan.Zero, capacity: 8);

        Assert.IsType<Admission.Closed>(batcher.TryEnqueue(new TestItem()));
        await batcher.DisposeAsync();
    }

    [Fact]
    public async Task Start_ProcessorDoesNotOpen_FaultsAndTakesNothing()
    {
        using var broken = new TestProcessor { FaultOnOpen = new IOException("no weights") };
        await using var batcher = Create(broken, maxBatch: 1, TimeSpan.Zero, capacity: 8);

        var fault = await Assert.ThrowsAsync<IOException>(batcher.StartAsync);

        Assert.Equal("no weights", fault.Message);
        Assert.IsType<Admission.Closed>(batcher.TryEnqueue(new TestItem()));
        await batcher.DrainAsync();
        Assert.Equal(1, broken.Closed);
    }

    [Fact]
    public async Task Run_AnyWork_IsOnOneThread()
    {
        var batcher = await StartAsync(maxBatch: 4);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Enqueue(batcher).Answer));

        await batcher.DisposeAsync();

        Assert.Single(_processor.Threads);
    }

    /// <summary>Eight threads enqueue, some leave, and the batcher drains in the middle of it: what was accepted is told exactly once.</summary>
    [Fact]
    public async Task Stress_ManyThreadsAndADrain_NothingAcceptedIsLost()
    {
        for (var round = 0; round < 20; round++)
        {
            using var processor = new TestProcessor();
            var batcher = Create(processor, maxBatch: 5, TimeSpan.Zero, capacity: 16);
            await batcher.StartAsync();
            var accepted = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
            {
                var mine = new List<TestItem>();
                for (var i = 0; i < 200; i++)
                {
                    var item = new TestItem(cancellation: new CancellationToken(canceled: i % 7 == 3));
                    if (batcher.TryEnqueue(item) is Admission.Accepted)
                        mine.Add(item);
                    if (thread == 0 && i == 150)
                        _ = batcher.DrainAsync();
                    await Task.Yield();
                }
                return mine;
            })));
            await batcher.DisposeAsync();

            Assert.All(accepted.SelectMany(items => items), item => Assert.True(item.Answer.IsCompleted));
            Assert.True(processor.BatchSizes.All(size => size is >= 1 and <= 5));
            Assert.Equal(processor.BatchSizes.Sum(), accepted.Sum(items => items.Count(item => item.Answer.IsCompletedSuccessfully)));
        }
    }

    private DynamicBatcher<TestItem> Create(TestProcessor processor, int maxBatch, TimeSpan delay, int capacity) =>
        new("test", processor, new BatchPolicy(maxBatch, delay), capacity, _observer, _time);

    private async Task<DynamicBatcher<TestItem>> StartAsync(int maxBatch, TimeSpan delay = default, int capacity = 64)
    {
        var batcher = Create(_processor, maxBatch, delay, capacity);
        await batcher.StartAsync();
        return batcher;
    }

    private static TestItem Enqueue(DynamicBatcher<TestItem> batcher, TestItem? item = null)
    {
        item ??= new TestItem();
        Assert.IsType<Admission.Accepted>(batcher.TryEnqueue(item));
        return item;
    }

    /// <summary>Moves the clock on until a task has ended: the owner thread may set its alarm at any moment.</summary>
    private async Task AdvanceUntilAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(Second);
            await Task.Yield();
        }
    }
}
