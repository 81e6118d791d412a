using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

public sealed class DynamicBatcherTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestProcessor _processor = new();
    private readonly TestObserver _observer = new();

    public void Dispose() => _processor.Dispose();

    [Fact]
    public async Task TryEnqueue_WhileABatchRuns_TheNextOneCollects()
    {
        await using var batcher = await StartAsync(maxBatch: 3);
        var first = await HoldOneAsync(batcher);
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

    /// <summary>Cautiously an item takes twice the mean at first, which is all that its deadline leaves.</summary>
    [Fact]
    public async Task TryEnqueue_DeadlineLeavesJustTheRun_ShipsAtOnce()
    {
        using var processor = new TestProcessor { Timings = [new BatchTiming(1, Second / 2)] };
        await using var batcher = Create(processor, maxBatch: 8, 10 * Second, capacity: 8);
        await batcher.StartAsync();

        var item = Enqueue(batcher, new TestItem(deadline: _time.GetUtcNow() + Second));

        Assert.Equal(1, await item.Answer);
        Assert.Equal([ShipReason.Deadline], _observer.Reasons);
    }

    [Fact]
    public async Task TryEnqueue_DeadlineOfALaterItem_ShipsBoth()
    {
        using var processor = new TestProcessor { Timings = [new BatchTiming(2, Second / 2)] };
        await using var batcher = Create(processor, maxBatch: 8, 10 * Second, capacity: 8);
        await batcher.StartAsync();

        var items = new[] { Enqueue(batcher), Enqueue(batcher, new TestItem(deadline: _time.GetUtcNow() + Second)) };

        var sizes = await Task.WhenAll(items.Select(item => item.Answer));
        Assert.Equal([2, 2], sizes);
        Assert.Equal([ShipReason.Deadline], _observer.Reasons);
    }

    [Fact]
    public async Task Run_ItemThrowsWhenItIsTold_TheOthersAreToldAndTheNextBatchRuns()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        var first = await HoldOneAsync(batcher);
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
        await HoldOneAsync(batcher);
        Enqueue(batcher);
        Enqueue(batcher);

        var refusal = Refusal(batcher);

        // A millisecond an item, before anything was measured: the one that runs and the two that wait.
        Assert.Equal(new Refusal(RefusalReason.Items, 3 * Millisecond), refusal);
        Assert.Equal([RefusalReason.Items], _observer.Refusals);
        _processor.Go();
    }

    [Fact]
    public async Task Admit_QueueIsFullOfThoseWhoHaveLeft_TheyMakeRoom()
    {
        await using var batcher = await StartAsync(maxBatch: 1, capacity: 1);
        await HoldOneAsync(batcher);
        using var leaving = new CancellationTokenSource();
        var left = Enqueue(batcher, new TestItem(cancellation: leaving.Token));
        await leaving.CancelAsync();

        Enqueue(batcher);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Answer);
        _processor.Go();
    }

    [Fact]
    public async Task Run_CancelledWhileWaiting_IsNotRun()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        var first = await HoldOneAsync(batcher);
        using var leaving = new CancellationTokenSource();
        var left = Enqueue(batcher, new TestItem(cancellation: leaving.Token));
        var stays = Enqueue(batcher);
        await leaving.CancelAsync();

        _processor.Go();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Answer);
        Assert.Equal((1, 1), (await first.Answer, await stays.Answer));
        Assert.IsType<OperationCanceledException>(Assert.Single(_observer.Drops));
        Assert.Equal(0, batcher.QueueBytes);
    }

    [Fact]
    public async Task Run_DeadlinePassedWhileWaiting_IsNotRun()
    {
        await using var batcher = await StartAsync(maxBatch: 8);
        await HoldOneAsync(batcher);
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
        Assert.IsType<Admission<TestItem>.Closed>(batcher.Admit(Arrival()));
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

        Assert.IsType<Admission<TestItem>.Closed>(batcher.Admit(Arrival()));
        await batcher.DisposeAsync();
    }

    [Fact]
    public async Task Start_ProcessorDoesNotOpen_FaultsAndTakesNothing()
    {
        using var broken = new TestProcessor { FaultOnOpen = new IOException("no weights") };
        await using var batcher = Create(broken, maxBatch: 1, TimeSpan.Zero, capacity: 8);

        var fault = await Assert.ThrowsAsync<IOException>(batcher.StartAsync);

        Assert.Equal("no weights", fault.Message);
        Assert.IsType<Admission<TestItem>.Closed>(batcher.Admit(Arrival()));
        await batcher.DrainAsync();
        Assert.Equal(1, broken.Closed);
    }

    [Fact]
    public async Task Run_AnOwnerEndsBeforeItsTime_IsToldAndNobodyIsLeftWaiting()
    {
        await using var batcher = await StartAsync(maxBatch: 1);
        Assert.True(batcher.IsRunning);
        var running = await HoldOneAsync(batcher);
        var waiting = Enqueue(batcher);
        _processor.Fault = new IOException("broken");
        _observer.FaultOnBatchFailed = new NotSupportedException("the observer is broken");

        _processor.Go();

        await Assert.ThrowsAsync<IOException>(() => running.Answer);
        await Assert.ThrowsAsync<NotSupportedException>(() => waiting.Answer);
        Assert.Same(_observer.FaultOnBatchFailed, await _observer.Failure);
        Assert.False(batcher.IsRunning);
        Assert.IsType<Admission<TestItem>.Closed>(batcher.Admit(Arrival()));
    }

    [Fact]
    public async Task Enqueue_AnOwnerHasEndedSinceThePlaceWasGiven_IsToldAtOnce()
    {
        await using var batcher = await StartAsync(maxBatch: 1);
        var running = await HoldOneAsync(batcher);
        using var place = Assert.IsType<Admission<TestItem>.Accepted>(batcher.Admit(Arrival())).Place;
        _processor.Fault = new IOException("broken");
        _observer.FaultOnBatchFailed = new NotSupportedException("the observer is broken");
        _processor.Go();
        await _observer.Failure;
        await Assert.ThrowsAsync<IOException>(() => running.Answer);

        var item = new TestItem();
        place.Enqueue(item);

        await Assert.ThrowsAsync<OperationCanceledException>(() => item.Answer);
        Assert.Equal(0, batcher.QueueBytes);
    }

    [Fact]
    public async Task Drain_WhileTheFirstOpens_EndsAndTheOthersNeverStart()
    {
        using var gate = new ManualResetEventSlim();
        using var first = new TestProcessor { Opening = () => gate.Wait() };
        using var second = new TestProcessor();
        await using var batcher = Create([first, second], maxBatch: 1, TimeSpan.Zero, capacity: 8);

        var starting = batcher.StartAsync();
        var drained = batcher.DrainAsync();
        gate.Set();

        await Task.WhenAll(starting, drained).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(batcher.IsRunning);
        Assert.Equal((1, 0, 0), (first.Closed, second.Closed, second.Threads.Count));
    }

    /// <summary>It failed in no time. 100 ms for the one that runs, 100 for the one that waits, and cautiously 200 for its own run, as before.</summary>
    [Fact]
    public async Task Run_ProcessorThrows_ItsTimeTeachesNothing()
    {
        using var processor = new TestProcessor { Timings = [new BatchTiming(1, 100 * Millisecond)], Fault = new IOException("broken") };
        await using var batcher = Create(processor, maxBatch: 1, TimeSpan.Zero, capacity: 8);
        await batcher.StartAsync();
        await Assert.ThrowsAsync<IOException>(() => Enqueue(batcher).Answer);
        await processor.EnteredAsync();
        processor.Fault = null;
        processor.Hold();
        Enqueue(batcher);
        await processor.EnteredAsync();
        Enqueue(batcher);

        Assert.Equal(new Refusal(RefusalReason.Deadline, 100 * Millisecond), Refusal(batcher, deadline: _time.GetUtcNow() + 300 * Millisecond));
        processor.Go();
    }

    [Fact]
    public async Task Start_ASecondTimeOrAfterTheEnd_Throws()
    {
        var batcher = Create(_processor, maxBatch: 1, TimeSpan.Zero, capacity: 1);
        Assert.False(batcher.IsRunning);
        await batcher.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(batcher.StartAsync);
        await batcher.DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(batcher.StartAsync);

        var never = Create(_processor, maxBatch: 1, TimeSpan.Zero, capacity: 1);
        await never.DrainAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(never.StartAsync);
        await never.DisposeAsync();
        Assert.Equal(1, _processor.Closed);
    }

    /// <summary>As the system's timers do, which drop fractions of a millisecond: they would ring before the batch is due.</summary>
    [Fact]
    public async Task TryEnqueue_DelayIsNoWholeMilliseconds_TheAlarmIsSetToTheNext()
    {
        var clock = new AlarmClock();
        var batcher = new DynamicBatcher<TestItem>(
            "test", [_processor], new BatchSettings(8, 1.5 * Millisecond), new QueueLimits(8), _observer, clock);
        await batcher.StartAsync();

        var item = Enqueue(batcher);

        Assert.Equal(2 * Millisecond, await clock.Alarm);
        await batcher.DisposeAsync();
        Assert.Equal(1, await item.Answer);
    }

    [Fact]
    public async Task Drain_APlaceIsStillToBeFilled_WaitsForIt()
    {
        var batcher = await StartAsync(maxBatch: 2);
        using var place = Assert.IsType<Admission<TestItem>.Accepted>(batcher.Admit(Arrival(items: 2))).Place;

        var drained = batcher.DrainAsync();
        var item = new TestItem();
        place.Enqueue(item);

        Assert.Equal(1, await item.Answer);
        Assert.False(drained.IsCompleted);
        place.Dispose();
        await drained;
        await batcher.DisposeAsync();
    }

    [Fact]
    public async Task Admit_PlacesThatAreNotFilledYet_CountAsWaitingUntilTheyAreGivenBack()
    {
        await using var batcher = await StartAsync(maxBatch: 1, capacity: 2);
        await HoldOneAsync(batcher);

        var place = Assert.IsType<Admission<TestItem>.Accepted>(batcher.Admit(Arrival(items: 2))).Place;
        Assert.Equal(RefusalReason.Items, Refusal(batcher).Reason);
        Assert.Equal(2, batcher.QueueBytes);
        place.Dispose();

        Assert.Equal(0, batcher.QueueBytes);
        Assert.Throws<InvalidOperationException>(() => place.Enqueue(new TestItem()));
        Enqueue(batcher);
        _processor.Go();
    }

    [Fact]
    public async Task ObjectionTo_QueueIsFull_CountsAsARefusalAndTakesNoPlace()
    {
        await using var batcher = await StartAsync(maxBatch: 1, capacity: 1);
        await HoldOneAsync(batcher);

        Assert.Null(batcher.ObjectionTo(Arrival()));
        Assert.Null(batcher.ObjectionTo(Arrival()));
        Assert.Empty(_observer.Refusals);
        using var leaving = new CancellationTokenSource();
        var left = Enqueue(batcher, new TestItem(cancellation: leaving.Token));
        Assert.Equal(RefusalReason.Items, batcher.ObjectionTo(Arrival())?.Reason);
        Assert.Equal([RefusalReason.Items], _observer.Refusals);

        // Who no longer waits makes room.
        await leaving.CancelAsync();
        Assert.Null(batcher.ObjectionTo(Arrival()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Answer);
        _processor.Go();
    }

    [Fact]
    public async Task Admit_DeadlineWithinTheTimeOfThoseAhead_IsRefusedAtOnce()
    {
        using var processor = new TestProcessor { Timings = [new BatchTiming(1, 100 * Millisecond)] };
        await using var batcher = Create(processor, maxBatch: 1, TimeSpan.Zero, capacity: 8);
        await batcher.StartAsync();
        processor.Hold();
        Enqueue(batcher);
        await processor.EnteredAsync();
        Enqueue(batcher);

        // 100 ms for the one that runs, 100 for the one that waits, and cautiously 200 for its own run: a mean of 100 and a deviation of 50.
        var refusal = Refusal(batcher, deadline: _time.GetUtcNow() + 300 * Millisecond);
        Assert.Equal(new Refusal(RefusalReason.Deadline, 100 * Millisecond), refusal);
        using (Assert.IsType<Admission<TestItem>.Accepted>(batcher.Admit(Arrival("a", _time.GetUtcNow() + 400 * Millisecond))).Place)
            processor.Go();
    }

    [Fact]
    public async Task Start_NothingIsSet_ChoosesByWhatTheProcessorMeasured()
    {
        using var processor = new TestProcessor { Timings = [new(1, 10 * Millisecond), new(2, 11 * Millisecond), new(4, 12 * Millisecond), new(8, 24 * Millisecond)] };
        await using var batcher = new DynamicBatcher<TestItem>("test", [processor], new BatchSettings(null, null), new QueueLimits(8), _observer, _time);

        await batcher.StartAsync();

        Assert.Equal(new BatchPolicy(4, Millisecond), _observer.Policy);
    }

    [Fact]
    public async Task Run_AnyWork_IsOnOneThread()
    {
        var batcher = await StartAsync(maxBatch: 4);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Enqueue(batcher).Answer));

        await batcher.DisposeAsync();

        Assert.Single(_processor.Threads);
    }

    [Fact]
    public async Task Enqueue_TwoProcessors_TwoBatchesRunAtATimeOnAThreadEach()
    {
        using var other = new TestProcessor();
        await using var batcher = Create([_processor, other], maxBatch: 2, TimeSpan.Zero, capacity: 8);
        await batcher.StartAsync();
        _processor.Hold();
        other.Hold();

        var items = Enumerable.Range(0, 5).Select(_ => Enqueue(batcher)).ToArray();
        await _processor.EnteredAsync();
        await other.EnteredAsync();
        var waiting = batcher.QueueLength;
        _processor.Go();
        other.Go();

        await Task.WhenAll(items.Select(item => item.Answer));
        Assert.InRange(waiting, 1, 3);
        await batcher.DisposeAsync();
        Assert.Equal(5, _processor.BatchSizes.Sum() + other.BatchSizes.Sum());
        Assert.NotEqual(Assert.Single(_processor.Threads), Assert.Single(other.Threads));
        Assert.Equal((1, 1), (_processor.Closed, other.Closed));
    }

    /// <summary>One processor hangs in its batch: the other answers all the rest, those that wait for company included.</summary>
    [Fact]
    public async Task Enqueue_OneOfTwoProcessorsHangs_TheOtherAnswersTheRest()
    {
        using var other = new TestProcessor();
        await using var batcher = Create([_processor, other], maxBatch: 1, TimeSpan.Zero, capacity: 64);
        await batcher.StartAsync();
        _processor.Hold();
        var isStuck = _processor.EnteredAsync();
        Task<int> stuck;
        do
            stuck = Enqueue(batcher).Answer;
        while (await Task.WhenAny(stuck, isStuck) == stuck);

        for (var i = 0; i < 100; i++)
            Assert.Equal(1, await Enqueue(batcher).Answer);

        Assert.False(stuck.IsCompleted);
        _processor.Go();
        Assert.Equal(1, await stuck);
    }

    /// <summary>The second and the third each wait until the other opens, too.</summary>
    [Fact]
    public async Task Start_ThreeProcessors_TheFirstOpensAloneAndThenTheOthersTogether()
    {
        using var others = new Barrier(2);
        var isFirstOpen = false;
        void Meet()
        {
            if (!isFirstOpen || !others.SignalAndWait(TimeSpan.FromSeconds(30)))
                throw new InvalidOperationException($"the first {(isFirstOpen ? "has opened, the other does not" : "has not opened")}");
        }
        using var first = new TestProcessor { Opening = () => isFirstOpen = others.ParticipantsRemaining == 2 };
        using var second = new TestProcessor { Opening = Meet };
        using var third = new TestProcessor { Opening = Meet };
        await using var batcher = Create([first, second, third], maxBatch: 1, TimeSpan.Zero, capacity: 8);

        await batcher.StartAsync();

        Assert.True(batcher.IsRunning);
        Assert.Equal(1, await Enqueue(batcher).Answer);
    }

    [Fact]
    public async Task Start_OneOfThreeFailsWhileAnotherOpens_FaultsAndClosesAll()
    {
        using var isBroken = new ManualResetEventSlim();
        using var broken = new TestProcessor { FaultOnOpen = new IOException("broken"), Opening = isBroken.Set };
        using var slow = new TestProcessor { Opening = () => isBroken.Wait() };
        await using var batcher = Create([_processor, broken, slow], maxBatch: 1, TimeSpan.Zero, capacity: 8);

        await Assert.ThrowsAsync<IOException>(batcher.StartAsync);

        await batcher.DisposeAsync();
        Assert.False(batcher.IsRunning);
        Assert.Equal((1, 1, 1), (_processor.Closed, broken.Closed, slow.Closed));
    }

    [Fact]
    public async Task Start_SecondProcessorFails_FaultsAndClosesBoth()
    {
        using var broken = new TestProcessor { FaultOnOpen = new IOException("broken") };
        await using var batcher = Create([_processor, broken], maxBatch: 1, TimeSpan.Zero, capacity: 8);

        await Assert.ThrowsAsync<IOException>(batcher.StartAsync);

        Assert.IsType<Admission<TestItem>.Closed>(batcher.Admit(Arrival()));
        await batcher.DisposeAsync();
        Assert.Equal((1, 1), (_processor.Closed, broken.Closed));
    }

    /// <summary>
    /// Both work for 100 ms more, and three items wait: two go to whoever gets free, the third waits for another 100 ms, and so does one that
    /// comes now, which then cautiously runs for 200 ms.
    /// </summary>
    [Fact]
    public async Task Admit_TwoProcessorsAreBusy_EstimatesByBoth()
    {
        TestProcessor[] processors = [new() { Timings = [new(1, 100 * Millisecond)] }, new()];
        await using var batcher = Create(processors, maxBatch: 1, TimeSpan.Zero, capacity: 16);
        await batcher.StartAsync();
        foreach (var processor in processors)
            processor.Hold();
        for (var i = 0; i < 2; i++)
            Enqueue(batcher);
        foreach (var processor in processors)
            await processor.EnteredAsync();
        for (var i = 0; i < 3; i++)
            Enqueue(batcher);

        var refusal = Refusal(batcher, deadline: _time.GetUtcNow() + 350 * Millisecond);

        Assert.Equal(new Refusal(RefusalReason.Deadline, 50 * Millisecond), refusal);
        foreach (var processor in processors)
            processor.Go();
        await batcher.DisposeAsync();
        foreach (var processor in processors)
            processor.Dispose();
    }

    /// <summary>Clients send the next item for each answer, so that one wake-up that is lost would leave all of them waiting for ever.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(1, 0, 4)]
    [InlineData(2, 0, 4)]
    [InlineData(3, 0, 1)]
    [InlineData(2, 0.3, 40)]
    [InlineData(3, 1, 16)]
    public async Task Stress_ClientsWaitForTheirAnswers_NoneWaitsForEver(int workers, double delayMilliseconds, int maxBatch)
    {
        TestProcessor[] processors = [.. Enumerable.Range(0, workers).Select(_ => new TestProcessor())];
        await using var batcher = new DynamicBatcher<TestItem>(
            "test", processors, new BatchSettings(maxBatch, delayMilliseconds * Millisecond), new QueueLimits(256), _observer, TimeProvider.System);
        await batcher.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
                Assert.InRange(await Enqueue(batcher).Answer.WaitAsync(TestContext.Current.CancellationToken), 1, maxBatch);
        })));

        Assert.Equal(32 * 400, processors.Sum(processor => processor.BatchSizes.Sum()));
        await batcher.DisposeAsync();
        foreach (var processor in processors)
            processor.Dispose();
    }

    /// <summary>Eight threads enqueue, some leave, and the batcher drains in the middle of it: what was accepted is told exactly once.</summary>
    [Theory, InlineData(1), InlineData(3)]
    public async Task Stress_ManyThreadsAndADrain_NothingAcceptedIsLost(int workers)
    {
        for (var round = 0; round < 20; round++)
        {
            TestProcessor[] processors = [.. Enumerable.Range(0, workers).Select(_ => new TestProcessor())];
            var batcher = Create(processors, maxBatch: 5, TimeSpan.Zero, capacity: 16);
            await batcher.StartAsync();
            var accepted = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
            {
                var mine = new List<TestItem>();
                for (var i = 0; i < 200; i++)
                {
                    var item = new TestItem(cancellation: new CancellationToken(canceled: i % 7 == 3));
                    if (batcher.Admit(Arrival($"{thread}")) is Admission<TestItem>.Accepted accepted)
                    {
                        using var place = accepted.Place;
                        place.Enqueue(item);
                        mine.Add(item);
                    }
                    if (thread == 0 && i == 150)
                        _ = batcher.DrainAsync();
                    await Task.Yield();
                }
                return mine;
            })));
            await batcher.DisposeAsync();

            Assert.All(accepted.SelectMany(items => items), item => Assert.True(item.Answer.IsCompleted));
            var sizes = processors.SelectMany(processor => processor.BatchSizes).ToArray();
            Assert.True(sizes.All(size => size is >= 1 and <= 5));
            Assert.Equal(sizes.Sum(), accepted.Sum(items => items.Count(item => item.Answer.IsCompletedSuccessfully)));
            foreach (var processor in processors)
                processor.Dispose();
        }
    }

    private DynamicBatcher<TestItem> Create(TestProcessor processor, int maxBatch, TimeSpan delay, int capacity) =>
        Create([processor], maxBatch, delay, capacity);

    private DynamicBatcher<TestItem> Create(TestProcessor[] processors, int maxBatch, TimeSpan delay, int capacity) =>
        new("test", processors, new BatchSettings(maxBatch, delay), new QueueLimits(capacity), _observer, _time);

    private async Task<DynamicBatcher<TestItem>> StartAsync(int maxBatch, TimeSpan delay = default, int capacity = 64)
    {
        var batcher = Create(_processor, maxBatch, delay, capacity);
        await batcher.StartAsync();
        return batcher;
    }

    /// <summary>Has one item run, until the processor is told to go on.</summary>
    private async Task<TestItem> HoldOneAsync(DynamicBatcher<TestItem> batcher)
    {
        _processor.Hold();
        var running = Enqueue(batcher);
        await _processor.EnteredAsync();
        return running;
    }

    private static TestItem Enqueue(DynamicBatcher<TestItem> batcher, TestItem? item = null)
    {
        item ??= new TestItem();
        using var place = Assert.IsType<Admission<TestItem>.Accepted>(batcher.Admit(Arrival("a", item.Deadline))).Place;
        place.Enqueue(item);
        return item;
    }

    private static Arrival Arrival(string client = "a", DateTimeOffset? deadline = null, int items = 1) =>
        new(new ClientShare(client), Priority.Normal, deadline, Bytes: 1, items);

    private static Refusal Refusal(DynamicBatcher<TestItem> batcher, string client = "a", DateTimeOffset? deadline = null) =>
        Assert.IsType<Admission<TestItem>.Refused>(batcher.Admit(Arrival(client, deadline))).Refusal;

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
