namespace GradCamGrpc.Benchmarks;

/// <summary>How many cores were taken, on average over a time.</summary>
/// <param name="Server">By the server.</param>
/// <param name="Generator">By whoever made the load.</param>
/// <param name="Others">By all that ran beside them.</param>
internal readonly record struct CoreUse(double Server, double Generator, double Others)
{
    /// <summary>Cores that the generator leaves.</summary>
    public double Left => Environment.ProcessorCount - Generator;

    public override string ToString() => $"{Server:F2} / {Generator:F2} / {Others:F2}";
}
