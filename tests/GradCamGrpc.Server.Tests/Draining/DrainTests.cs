using GradCamGrpc.Server.Draining;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Draining;

public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Drain _drain;

    public DrainTests() => _drain = new Drain(Timeout, _time, NullLogger<Drain>.Instance);

    public void Dispose() => _drain.Dispose();

    [Fact]
    public void TryEnter_BeforeAndAfterTheBeginning_AcceptsAndRefuses()
    {
        Assert.True(_drain.TryEnter());
        Assert.False(_drain.Begun.IsCancellationRequested);

        _drain.Begin();

        Assert.True(_drain.Begun.IsCancellationRequested);
        Assert.False(_drain.TryEnter());
    }

    [Fact]
    public void CutOff_ACallIsLeft_ComesAtTheTimeoutAndIsRemembered()
    {
        _drain.TryEnter();
        _drain.TryEnter();
        _drain.Begin();
        _drain.Leave();

        _time.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.Equal((false, false), (_drain.CutOff.IsCancellationRequested, _drain.HasCut));
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal((true, true), (_drain.CutOff.IsCancellationRequested, _drain.HasCut));
    }

    /// <summary>A connection alone can hold a server up: one that never ends its first message.</summary>
    [Fact]
    public void CutOff_NoCallIsLeft_IsNoneThatWasCut()
    {
        _drain.TryEnter();
        _drain.Leave();
        _drain.Begin();

        _time.Advance(Timeout);

        Assert.Equal((true, false), (_drain.CutOff.IsCancellationRequested, _drain.HasCut));
    }

    [Fact]
    public void CutOff_TheServerHasStoppedInTime_NeverComes()
    {
        _drain.TryEnter();
        _drain.Begin();
        _drain.End();

        _time.Advance(2 * Timeout);

        Assert.Equal((false, false), (_drain.CutOff.IsCancellationRequested, _drain.HasCut));
    }

    [Fact]
    public void Begin_Again_DoesNotGiveMoreTime()
    {
        _drain.TryEnter();
        _drain.Begin();
        _time.Advance(Timeout / 2);
        _drain.Begin();

        _time.Advance(Timeout / 2);

        Assert.True(_drain.HasCut);
    }
}
