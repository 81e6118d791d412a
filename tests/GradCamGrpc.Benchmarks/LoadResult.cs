namespace GradCamGrpc.Benchmarks;

/// <summary>What a load came to.</summary>
/// <param name="Elapsed">From the first call to the end of the last; of several loads together, the sum of theirs.</param>
/// <param name="Milliseconds">The latency of each call.</param>
/// <param name="MeanBatch">The mean size of the batch that a call was in.</param>
internal sealed record LoadResult(TimeSpan Elapsed, IReadOnlyList<double> Milliseconds, double MeanBatch)
{
    public int Calls => Milliseconds.Count;

    public double PerSecond => Calls / Elapsed.TotalSeconds;

    /// <summary>What this and a later load came to together.</summary>
    public LoadResult And(LoadResult later) => new(
        Elapsed + later.Elapsed,
        [.. Milliseconds, .. later.Milliseconds],
        (MeanBatch * Calls + later.MeanBatch * later.Calls) / (Calls + later.Calls));

    public double Percentile(double share) => Milliseconds.Percentile(share);
}
