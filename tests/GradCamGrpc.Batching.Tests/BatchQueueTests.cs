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

    private static void Fill(BatchQueue<TestItem> queue)
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(queue.Reserve(ArrivalBy(deadline: null)));
            queue.Add(new TestItem(), ArrivalBy(deadline: null));
        }
    }

    private static Arrival ArrivalBy(DateTimeOffset? deadline) => new(new ClientShare("a"), Priority.Normal, deadline, Bytes: 1);

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
