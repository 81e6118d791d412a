namespace GradCamGrpc.Benchmarks;

/// <summary>What an open-loop load came to, once it had settled.</summary>
/// <param name="Load">What came, as a part of the capacity.</param>
/// <param name="Seconds">How long calls were counted.</param>
/// <param name="Calls">Those that were made in that time.</param>
/// <param name="Cores">What was taken of the machine.</param>
internal sealed record OpenLoadResult(double Load, double Seconds, IReadOnlyList<TimedCall> Calls, CoreUse Cores)
{
    /// <summary>Calls that came, a second.</summary>
    public double Offered => Calls.Count / Seconds;

    /// <summary>Calls that were answered, a second.</summary>
    public double Goodput => Count(CallOutcome.Answered) / Seconds;

    /// <summary>The part of the calls that was refused.</summary>
    public double RefusedShare => Count(CallOutcome.Refused) / (double)Calls.Count;

    /// <summary>The mean size of the batch in which a call was answered.</summary>
    public double MeanBatch => Calls.Where(call => call.Outcome is CallOutcome.Answered).Select(call => (double)call.Batch).DefaultIfEmpty(double.NaN).Average();

    public int Count(CallOutcome outcome) => Calls.Count(call => call.Outcome == outcome);

    /// <summary>The latency, in milliseconds, that a part of the calls does not exceed that ended so.</summary>
    public double Percentile(double share, CallOutcome outcome = CallOutcome.Answered) =>
        Calls.Where(call => call.Outcome == outcome).Select(call => call.Latency.TotalMilliseconds).Percentile(share);
}
