namespace GradCamGrpc.Batching.Tests;

public sealed class AdmissionPolicyTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly QueueLimits Limits = new(capacity: 10, maxBytes: 100);

    private static readonly AdmissionSnapshot Calm = new()
    {
        Items = 1,
        Bytes = 10,
        Waiting = 1,
        WaitingBytes = 10,
        ClientWaiting = 0,
        ClientBytes = 0,
        IsResting = false,
        IsStanding = false,
        Wait = 30 * Millisecond,
        Run = 20 * Millisecond,
        TimeToEmpty = 70 * Millisecond,
        TargetWait = 25 * Millisecond,
        TimeToDeadline = null,
    };

    [Fact]
    public void Decide_RoomForAll_TakesIt() => Assert.Null(AdmissionPolicy.Decide(Limits, Calm));

    [Fact]
    public void Decide_AsManyWaitAsMay_SaysHowLongTheyTake() => Assert.Equal(
        new Refusal(RefusalReason.Items, 70 * Millisecond), AdmissionPolicy.Decide(Limits, Calm with { Waiting = 9, Items = 2 }));

    [Fact]
    public void Decide_TooManyBytes_IsRefused() => Assert.Equal(
        new Refusal(RefusalReason.Bytes, 70 * Millisecond), AdmissionPolicy.Decide(Limits, Calm with { WaitingBytes = 91 }));

    /// <summary>Eight of ten places leave two, of which four times two may be its own; a ninth would leave one place to others.</summary>
    [Theory]
    [InlineData(7, 7, null)]
    [InlineData(8, 8, RefusalReason.Share)]
    [InlineData(9, 3, null)]
    [InlineData(9, 4, RefusalReason.Share)]
    public void Decide_ClientHasMostOfTheQueue_IsRefusedWhileAnotherIsNot(int waiting, int own, RefusalReason? expected)
    {
        Assert.Equal(expected, AdmissionPolicy.Decide(Limits, Calm with { Waiting = waiting, ClientWaiting = own })?.Reason);
        Assert.Null(AdmissionPolicy.Decide(Limits, Calm with { Waiting = waiting }));
    }

    /// <summary>20 of 100 bytes are left, of which four times 20 may be its own; it asks for ten.</summary>
    [Theory]
    [InlineData(73, null)]
    [InlineData(74, RefusalReason.Share)]
    public void Decide_ClientHasMostOfTheBytes_IsRefused(int own, RefusalReason? expected) =>
        Assert.Equal(expected, AdmissionPolicy.Decide(Limits, Calm with { WaitingBytes = 80, ClientBytes = own })?.Reason);

    [Fact]
    public void Decide_LargerThanTheQueueByItself_IsTakenWhereNothingWaits() => Assert.Null(
        AdmissionPolicy.Decide(Limits, Calm with { Waiting = 0, WaitingBytes = 0, Items = 11, Bytes = 1000 }));

    [Theory]
    [InlineData(50, false)]
    [InlineData(49, true)]
    public void Decide_DeadlineBeforeTheEndOfItsBatch_IsRefusedAndSaysWhatIsMissing(int deadline, bool isRefused)
    {
        var refusal = AdmissionPolicy.Decide(Limits, Calm with { TimeToDeadline = deadline * Millisecond });

        Assert.Equal(isRefused ? new Refusal(RefusalReason.Deadline, Millisecond) : null, refusal);
    }

    [Fact]
    public void Decide_NothingToDo_TriesWhateverTheDeadline() => Assert.Null(
        AdmissionPolicy.Decide(Limits, Calm with { Waiting = 0, IsResting = true, TimeToDeadline = Millisecond }));

    /// <summary>Nothing waits, but a batch runs; or a worker rests, but photos are still being read for it.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Decide_SomethingToDo_TheDeadlineCounts(int waiting, bool isResting) => Assert.Equal(
        new Refusal(RefusalReason.Deadline, Millisecond),
        AdmissionPolicy.Decide(Limits, Calm with { Waiting = waiting, IsResting = isResting, TimeToDeadline = 49 * Millisecond }));

    [Fact]
    public void Decide_QueueStands_RefusesWhoWouldWaitLongerThanTheTarget()
    {
        Assert.Equal(new Refusal(RefusalReason.Standing, 5 * Millisecond), AdmissionPolicy.Decide(Limits, Calm with { IsStanding = true }));
        Assert.Null(AdmissionPolicy.Decide(Limits, Calm with { IsStanding = true, Wait = 25 * Millisecond }));
    }
}
