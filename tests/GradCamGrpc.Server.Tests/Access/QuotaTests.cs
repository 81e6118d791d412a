using GradCamGrpc.Server.Access;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Access;

public sealed class QuotaTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Begin_WithinTheBurst_IsGrantedAndThenWaitsForTheRate()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 4, Burst: 2, ConcurrentCalls: 10), _time);

        var answers = Enumerable.Range(0, 3).Select(_ => quota.Begin()).ToArray();

        Assert.Equal([QuotaFault.None, QuotaFault.None, QuotaFault.Rate], answers.Select(answer => answer.Fault));
        Assert.Equal(TimeSpan.FromSeconds(0.25), answers[2].RetryAfter);
    }

    [Fact]
    public void Begin_AfterTheTimeThatWasNamed_IsGranted()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 4, Burst: 1, ConcurrentCalls: 10), _time);
        quota.Begin();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        var early = quota.Begin();
        _time.Advance(early.RetryAfter);

        Assert.Equal(TimeSpan.FromSeconds(0.15), early.RetryAfter);
        Assert.Equal(QuotaFault.None, quota.Begin().Fault);
    }

    [Fact]
    public void Begin_AfterALongRest_HasTheBurstAndNoMore()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 100, Burst: 3, ConcurrentCalls: 10), _time);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(3, Enumerable.Range(0, 5).Count(_ => quota.Begin().Fault == QuotaFault.None));
    }

    [Fact]
    public void Begin_AsManyRunAsMay_IsRefusedUntilOneEnds()
    {
        var quota = new Quota(QuotaLimits.None with { ConcurrentCalls = 2 }, _time);
        quota.Begin();
        quota.Begin();

        var third = quota.Begin();
        quota.End();

        Assert.Equal(QuotaFault.Concurrency, third.Fault);
        Assert.True(third.RetryAfter > TimeSpan.Zero);
        Assert.Equal(QuotaFault.None, quota.Begin().Fault);
    }

    [Fact]
    public void Begin_RefusedForTheCallsThatRun_CostsNothingOfTheRate()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 1, Burst: 2, ConcurrentCalls: 1), _time);
        quota.Begin();
        quota.Begin();
        quota.End();

        Assert.Equal(QuotaFault.None, quota.Begin().Fault);
    }

    [Fact]
    public void Wait_SeveralStreamsAtOnce_TakeTurns()
    {
        var quota = new Quota(new QuotaLimits(RequestsPerSecond: 10, Burst: 1, ConcurrentCalls: 10), _time);

        var waits = Enumerable.Range(0, 3).Select(_ => quota.WaitAsync(TestContext.Current.CancellationToken)).ToArray();
        var atOnce = Done(waits);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var then = Done(waits);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal((1, 2, 3), (atOnce, then, Done(waits)));

        static int Done(IEnumerable<Task> waits) => waits.Count(wait => wait.IsCompletedSuccessfully);
    }
}
