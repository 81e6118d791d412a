namespace GradCamGrpc.Benchmarks;

/// <summary>What an open-loop load came to, once it had settled.</summary>
/// <param name="Load">What came, as a part of the capacity.</param>
/// <param name="Seconds">How long calls were counted.</param>
/// <param name="Calls">Those that were made in that time.</param>
internal sealed record OpenLoadResult(double Load, double Seconds, IReadOnlyList<TimedCall> Calls)
{
    /// <summary>Calls that were answered, a second.</summary>
    public double Goodput => Count(CallOutcome.Answered) / Seconds;

    public int Count(CallOutcome outcome) => Calls.Count(call => call.Outcome == outcome);

    /// <summary>The latency, in milliseconds, that a part of the calls does not exceed that ended so.</summary>
    public double Percentile(double share, CallOutcome outcome = CallOutcome.Answered) =>
        Calls.Where(call => call.Outcome == outcome).Select(call => call.Latency.TotalMilliseconds).Percentile(share);
}
