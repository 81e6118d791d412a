namespace GradCamGrpc.Server.Access;

/// <summary>How much one caller has asked: a token bucket for what comes, and a count of what runs. May be used by several threads.</summary>
/// <param name="limits">How much there may be.</param>
/// <param name="time">How time goes.</param>
internal sealed class Quota(QuotaLimits limits, TimeProvider time)
{
    /// <summary>A call ends when it does: nobody knows when, so this is a guess that keeps clients from asking in a tight loop.</summary>
    private static readonly TimeSpan WhileCallsRun = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private double _tokens = limits.Burst;
    private long _filled = time.GetTimestamp();
    private int _running;

    public QuotaLimits Limits => limits;

    /// <summary>A call begins. Where it may, <see cref="End"/> must follow.</summary>
    public QuotaAnswer Begin()
    {
        lock (_lock)
        {
            if (_running >= limits.ConcurrentCalls)
                return new QuotaAnswer(QuotaFault.Concurrency, WhileCallsRun);
            if (!double.IsInfinity(limits.RequestsPerSecond))
            {
                Fill();
                if (_tokens < 1)
                    return new QuotaAnswer(QuotaFault.Rate, UntilNext());
                _tokens--;
            }
            _running++;
            return QuotaAnswer.Granted;
        }
    }

    /// <summary>A call is over.</summary>
    public void End()
    {
        lock (_lock)
            _running--;
    }

    /// <summary>Waits until one more message of a stream may be read. Whoever asks owes at once, so that several streams take turns.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        if (double.IsInfinity(limits.RequestsPerSecond))
            return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            Fill();
            wait = _tokens < 1 ? UntilNext() : TimeSpan.Zero;
            _tokens--;
        }
        return wait == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, time, cancellation);
    }

    /// <summary>Whether it is as at its beginning, so that another one may take its place.</summary>
    public bool IsUnused
    {
        get
        {
            lock (_lock)
            {
                if (!double.IsInfinity(limits.RequestsPerSecond))
                    Fill();
                return _running == 0 && _tokens >= limits.Burst;
            }
        }
    }

    private TimeSpan UntilNext() => TimeSpan.FromSeconds((1 - _tokens) / limits.RequestsPerSecond);

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(limits.Burst, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * limits.RequestsPerSecond));
        _filled = now;
    }
}
