using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

public sealed class BatchQueueTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>
    /// A batch takes 40 ms, 80 at worst. One worker has been at its batch for a second, and may be for another; the other begins with one, then
    /// runs the four that wait, then whoever comes: from 80 to 160 ms.
    /// </summary>
    [Theory]
    [InlineData(160, null)]
    [InlineData(157, 3)]
    public void Reserve_OneOfTwoWorkersIsBusyForLong_CountsOnTheOther(int deadline, int? missing)
    {
        var queue = new BatchQueue<TestItem>(new QueueLimits(capacity: 64), workers: 2, _time) { Policy = new BatchPolicy(4, TimeSpan.Zero) };
        queue.Learn(new BatchTiming(4, Milliseconds(40)));
        Fill(queue);
        queue.Take(4);
        _time.Advance(Milliseconds(1040));
        Fill(queue);
        queue.Take(4);
        Fill(queue);

        var refusal = queue.Reserve(ArrivalBy(_time.GetUtcNow() + Milliseconds(deadline)));

        Assert.Equal(missing is { } time ? new Refusal(RefusalReason.Deadline, Milliseconds(time)) : null, refusal);
    }

    /// <summary>10 ms are left of the batch that runs, and its own takes 20 at worst.</summary>
    [Fact]
    public void Reserve_NothingWaitsAndTheWorkerIsBusy_TheDeadlineCounts()
    {
        var queue = OneAtATime();

        Assert.Equal(Late(5), queue.Reserve(ArrivalBy(In(25))));
        Assert.Null(queue.Reserve(ArrivalBy(In(30))));
    }

    /// <summary>Eight low ones wait; by the weights one of them is due before a high one, which then waits for 20 ms, and takes 20 at worst.</summary>
    [Fact]
    public void Reserve_LowOnesWait_AHighOneCountsThoseThatAreDueBeforeIt()
    {
        var queue = OneAtATime();
        Fill(queue, 8, Priority.Low);

        Assert.Equal(Late(1), queue.Reserve(ArrivalBy(In(39), Priority.High)));
        Assert.Null(queue.Reserve(ArrivalBy(In(40), Priority.High)));
    }

    /// <summary>All eight go first: 90 ms, and 20 at worst.</summary>
    [Fact]
    public void Reserve_HighOnesWait_ALowOneCountsThemAll()
    {
        var queue = OneAtATime();
        Fill(queue, 8, Priority.High);

        Assert.Equal(Late(10), queue.Reserve(ArrivalBy(In(100), Priority.Low)));
    }

    /// <summary>A batch is one item and takes 10 ms; one runs.</summary>
    private BatchQueue<TestItem> OneAtATime()
    {
        var queue = new BatchQueue<TestItem>(new QueueLimits(capacity: 64), workers: 1, _time) { Policy = new BatchPolicy(1, TimeSpan.Zero) };
        queue.Learn(new BatchTiming(1, Milliseconds(10)));
        Fill(queue, 1, Priority.Normal);
        queue.Take(1);
        return queue;
    }

    private DateTimeOffset In(int milliseconds) => _time.GetUtcNow() + Milliseconds(milliseconds);

    private static Refusal Late(int milliseconds) => new(RefusalReason.Deadline, Milliseconds(milliseconds));

    private static void Fill(BatchQueue<TestItem> queue, int count, Priority priority)
    {
        var arrival = ArrivalBy(deadline: null, priority) with { Client = new ClientShare("b") };
        for (var i = 0; i < count; i++)
        {
            Assert.Null(queue.Reserve(arrival));
            queue.Add(new TestItem(), arrival);
        }
    }

    private static void Fill(BatchQueue<TestItem> queue)
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(queue.Reserve(ArrivalBy(deadline: null)));
            queue.Add(new TestItem(), ArrivalBy(deadline: null));
        }
    }

    private static Arrival ArrivalBy(DateTimeOffset? deadline, Priority priority = Priority.Normal) =>
        new(new ClientShare("a"), priority, deadline, Bytes: 1);

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
