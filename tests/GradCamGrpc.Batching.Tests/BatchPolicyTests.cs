using CsCheck;

namespace GradCamGrpc.Batching.Tests;

public sealed class BatchPolicyTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private static readonly Gen<BatchPolicy> Policies =
        Gen.Select(Gen.Int[1, 64], Gen.Int[0, 100], (size, delay) => new BatchPolicy(size, delay * Millisecond));

    private static readonly Gen<QueueSnapshot> Snapshots = Gen.Select(
        Gen.Int[1, 200],
        Gen.Int[0, 200],
        Gen.Int[0, 150],
        Gen.Nullable(Gen.Int[-50, 300]),
        Gen.Bool,
        (count, wait, run, deadline, draining) =>
            new QueueSnapshot(count, wait * Millisecond, run * Millisecond, deadline * Millisecond, draining));

    [Fact]
    public void Decide_AnyQueue_NeverShipsMoreThanThereIsOrFits() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Ship ship
        || (ship.Count >= 1 && ship.Count <= Math.Min(queue.Count, policy.MaxBatchSize)));

    [Fact]
    public void Decide_AnyQueue_ShipsAllThatFits() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Ship ship || ship.Count == Math.Min(queue.Count, policy.MaxBatchSize));

    [Fact]
    public void Decide_AnyQueue_NeverWaitsBeyondDelayOrDeadline() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Wait wait
        || (wait.Time > TimeSpan.Zero
            && queue.OldestWait + wait.Time <= policy.MaxDelay
            && (queue.TimeToDeadline is not { } left || wait.Time + queue.RunTime <= left)));

    /// <summary>A deadline that can still be met is: the batch ends by then, also where nothing more comes.</summary>
    [Fact]
    public void Decide_DeadlineIsWithinReach_TheBatchEndsByThen() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
    {
        if (queue.TimeToDeadline is not { } left || left < queue.RunTime)
            return true;
        var start = policy.Decide(queue) is BatchDecision.Wait wait ? wait.Time : TimeSpan.Zero;
        return start + queue.RunTime <= left;
    });

    [Fact]
    public void Decide_AnyQueue_ShipsForADeadlineOnlyWhereWaitingWouldMissIt() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Ship { Reason: ShipReason.Deadline } || queue.TimeToDeadline <= queue.RunTime);

    [Fact]
    public void Decide_FullOrDrainingQueue_NeverWaits() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is BatchDecision.Ship || (queue.Count < policy.MaxBatchSize && !queue.IsDraining));

    [Fact]
    public void Decide_AfterTheWaitItAskedFor_Ships() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Wait wait
        || policy.Decide(queue with { OldestWait = queue.OldestWait + wait.Time, TimeToDeadline = queue.TimeToDeadline - wait.Time })
            is BatchDecision.Ship);

    [Theory]
    [InlineData(4, 0, 0, null, false, 4, ShipReason.Full)]
    [InlineData(9, 0, 0, null, true, 4, ShipReason.Full)]
    [InlineData(3, 0, 0, null, true, 3, ShipReason.Draining)]
    [InlineData(3, 10, 0, null, false, 3, ShipReason.Delay)]
    [InlineData(3, 4, 5, 5, false, 3, ShipReason.Deadline)]
    [InlineData(3, 4, 0, -1, false, 3, ShipReason.Deadline)]
    public void Decide_BatchOfFourAndTenMilliseconds_ShipsForTheReason(
        int count, int waited, int run, int? deadline, bool draining, int shipped, ShipReason reason)
    {
        var policy = new BatchPolicy(4, 10 * Millisecond);

        var decision = policy.Decide(new QueueSnapshot(count, waited * Millisecond, run * Millisecond, deadline * Millisecond, draining));

        Assert.Equal(new BatchDecision.Ship(shipped, reason), decision);
    }

    [Theory]
    [InlineData(1, 7, 6)]
    [InlineData(1, null, 6)]
    [InlineData(3, 7, 4)]
    public void Decide_TimeIsLeft_WaitsForTheRestOfTheDelayOrTheLastStartForTheDeadline(int run, int? deadline, int expected)
    {
        var policy = new BatchPolicy(4, 10 * Millisecond);

        var decision = policy.Decide(new QueueSnapshot(3, 4 * Millisecond, run * Millisecond, deadline * Millisecond, IsDraining: false));

        Assert.Equal(new BatchDecision.Wait(expected * Millisecond), decision);
    }

    [Fact]
    public void Constructor_ImpossibleLimits_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPolicy(0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPolicy(1, -Millisecond));
    }
}
