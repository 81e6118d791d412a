using Microsoft.Extensions.Time.Testing;

namespace GradCamGrpc.Batching.Tests;

/// <summary>Stands still, and tells what its timers are set to.</summary>
internal sealed class AlarmClock : FakeTimeProvider
{
    private readonly TaskCompletionSource<TimeSpan> _alarm = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first time that a timer was set to.</summary>
    public Task<TimeSpan> Alarm => _alarm.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, base.CreateTimer(callback, state, dueTime, period));

    private sealed class Timer(AlarmClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
                clock._alarm.TrySetResult(dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
