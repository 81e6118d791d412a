namespace GradCamGrpc.Batching;

/// <summary>
/// Tells a queue that stands from one that absorbs a burst, as CoDel does (Nichols and Jacobson 2012): it stands once the oldest request
/// has waited longer than the target at every look for a whole interval. It no longer does after an interval in which nobody had to be
/// refused.
/// </summary>
internal sealed class StandingQueue(TimeProvider time)
{
    /// <summary>CoDel's own.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);

    private long? _aboveSince;
    private long _lastRefusal;

    /// <summary>Whether it stands.</summary>
    public bool IsStanding { get; private set; }

    /// <summary>A batch is about to leave.</summary>
    /// <param name="oldest">How long the oldest request has waited.</param>
    /// <param name="target">How long it should.</param>
    public void Look(TimeSpan oldest, TimeSpan target)
    {
        var now = time.GetTimestamp();
        var interval = LeastInterval > target ? LeastInterval : target;
        if (oldest <= target)
        {
            _aboveSince = null;
            IsStanding &= time.GetElapsedTime(_lastRefusal, now) < interval;
            return;
        }
        _aboveSince ??= now;
        if (!IsStanding && time.GetElapsedTime(_aboveSince.Value, now) >= interval)
        {
            IsStanding = true;
            _lastRefusal = now;
        }
    }

    /// <summary>Somebody was refused because the queue stands.</summary>
    public void Refused() => _lastRefusal = time.GetTimestamp();

    /// <summary>Nothing waits and nothing runs.</summary>
    public void Emptied()
    {
        _aboveSince = null;
        IsStanding = false;
    }
}
