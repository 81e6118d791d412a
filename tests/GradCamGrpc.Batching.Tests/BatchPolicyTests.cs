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
        Gen.Nullable(Gen.Int[-50, 300]),
        Gen.Bool,
        (count, wait, deadline, draining) => new QueueSnapshot(count, wait * Millisecond, deadline * Millisecond, draining));

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
            && (queue.TimeToDeadline is not { } left || wait.Time < left)));

    [Fact]
    public void Decide_FullOrDrainingQueue_NeverWaits() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is BatchDecision.Ship || (queue.Count < policy.MaxBatchSize && !queue.IsDraining));

    [Fact]
    public void Decide_AfterTheWaitItAskedFor_Ships() => Gen.Select(Policies, Snapshots).Sample((policy, queue) =>
        policy.Decide(queue) is not BatchDecision.Wait wait
        || policy.Decide(queue with { OldestWait = queue.OldestWait + wait.Time, TimeToDeadline = queue.TimeToDeadline - wait.Time })
            is BatchDecision.Ship);

    [Theory]
    [InlineData(4, 0, null, false, 4, ShipReason.Full)]
    [InlineData(9, 0, null, true, 4, ShipReason.Full)]
    [InlineData(3, 0, null, true, 3, ShipReason.Draining)]
    [InlineData(3, 10, null, false, 3, ShipReason.Delay)]
    [InlineData(3, 4, 6, false, 3, ShipReason.Deadline)]
    [InlineData(3, 4, -1, false, 3, ShipReason.Deadline)]
    public void Decide_BatchOfFourAndTenMilliseconds_ShipsForTheReason(
        int count, int waited, int? deadline, bool draining, int shipped, ShipReason reason)
    {
        var policy = new BatchPolicy(4, 10 * Millisecond);

        var decision = policy.Decide(new QueueSnapshot(count, waited * Millisecond, deadline * Millisecond, draining));

        Assert.Equal(new BatchDecision.Ship(shipped, reason), decision);
    }

    [Fact]
    public void Decide_TimeIsLeft_WaitsForTheRestOfTheDelay()
    {
        var policy = new BatchPolicy(4, 10 * Millisecond);

        var decision = policy.Decide(new QueueSnapshot(3, 4 * Millisecond, 7 * Millisecond, IsDraining: false));

        Assert.Equal(new BatchDecision.Wait(6 * Millisecond), decision);
    }

    [Fact]
    public void Constructor_ImpossibleLimits_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPolicy(0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPolicy(1, -Millisecond));
    }
}
