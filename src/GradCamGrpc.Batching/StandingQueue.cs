namespace GradCamGrpc.Batching;

/// <summary>
/// Tells a queue that stands from one that absorbs a burst, or holds what a few clients keep in flight, as CoDel does (Nichols and Jacobson
/// 2012). It stands once whoever comes would have to wait longer than one has patience for, at every look for a while. Then it is cut down
/// to a shorter target, and stands until nobody had to be refused for long enough that more cannot be coming than is answered.
/// </summary>
internal sealed class StandingQueue(TimeProvider time)
{
    /// <summary>CoDel's own.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Where a fifth more comes than is answered, chance makes gaps of some tenths of a second between those who are refused: who took such a
    /// gap for the end would let the queue grow again, over and over.
    /// </summary>
    private static readonly TimeSpan LeastRecovery = TimeSpan.FromSeconds(1);

    private long? _aboveSince;
    private long _lastRefusal;

    /// <summary>Whether it stands.</summary>
    public bool IsStanding { get; private set; }

    /// <summary>A batch is about to leave.</summary>
    /// <param name="wait">How long a request would wait that comes behind all that wait.</param>
    /// <param name="patience">How long it may while the queue does not stand.</param>
    /// <param name="target">How long it may where it does; no longer than that.</param>
    public void Look(TimeSpan wait, TimeSpan patience, TimeSpan target)
    {
        var now = time.GetTimestamp();
        if (IsStanding)
        {
            IsStanding = wait > target || time.GetElapsedTime(_lastRefusal, now) < Longer(LeastRecovery, target);
            _aboveSince = null;
            return;
        }
        if (wait <= patience)
        {
            _aboveSince = null;
            return;
        }
        _aboveSince ??= now;
        if (time.GetElapsedTime(_aboveSince.Value, now) < Longer(LeastInterval, target))
            return;
        IsStanding = true;
        _lastRefusal = now;
    }

    /// <summary>Somebody was refused because the queue stands.</summary>
    public void Refused() => _lastRefusal = time.GetTimestamp();

    /// <summary>Nothing waits and nothing runs.</summary>
    public void Emptied()
    {
        _aboveSince = null;
        IsStanding = false;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
