using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>A clock that stands still, and tells who waits for it.</summary>
internal sealed class WatchedTime : FakeTimeProvider
{
    public Channel<TimeSpan> Timers { get; } = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Timers.Writer.TryWrite(dueTime);
        return timer;
    }
}
