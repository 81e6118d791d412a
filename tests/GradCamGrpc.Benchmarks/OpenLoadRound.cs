namespace GradCamGrpc.Benchmarks;

/// <summary>A round of open-loop loads, the last of which is the largest.</summary>
/// <param name="Capacity">Calls that were answered a second in a closed loop.</param>
/// <param name="Cores">What was taken of the machine meanwhile.</param>
/// <param name="Loads">What came of each load.</param>
/// <param name="CapacityAfter">The capacity again, after the loads.</param>
/// <param name="CoresAfter">What was taken of the machine meanwhile.</param>
internal sealed record OpenLoadRound(double Capacity, CoreUse Cores, IReadOnlyList<OpenLoadResult> Loads, double CapacityAfter, CoreUse CoresAfter)
{
    private const double Busy = 0.9;
    private const double Flooded = 2;

    /// <summary>The loads, as parts of the capacity.</summary>
    public static readonly double[] All = [0.5, 0.7, Busy, 1.2, Flooded];

    /// <summary>The p99 latency at twice the capacity over that at nine tenths.</summary>
    public double LatencyRatio => Of(Flooded).Percentile(0.99) / Of(Busy).Percentile(0.99);

    /// <summary>
    /// What is answered of twice the capacity, over the capacity: the mean of that before the loads and that after them, for while they run a shared
    /// machine changes its speed.
    /// </summary>
    public double GoodputShare => Of(Flooded).Goodput / ((Capacity + CapacityAfter) / 2);

    /// <summary>
    /// The same, each for a core that the generator leaves. On one machine calls that come one by one, and hear that they are refused, take more of
    /// it from the server than those of a closed loop.
    /// </summary>
    public double GoodputShareOfLeftCores => GoodputShare * ((Cores.Left + CoresAfter.Left) / 2) / Of(Flooded).Cores.Left;

    private OpenLoadResult Of(double load) => Loads.Single(result => result.Load == load);
}
