using System.Globalization;

namespace GradCamGrpc.Benchmarks;

/// <summary>Writes what came of open-loop loads as comma-separated values, latencies in milliseconds.</summary>
internal static class LoadTable
{
    private const string Header =
        "load,offered_per_s,answered_per_s,refused_share,failed,p50_ms,p95_ms,p99_ms,refused_p99_ms,mean_batch,server_cores,generator_cores,other_cores";

    /// <param name="loads">What came of each load.</param>
    /// <param name="path">Where the file goes.</param>
    public static void Save(IReadOnlyList<OpenLoadResult> loads, string path) => File.WriteAllLines(path, loads.Select(Row).Prepend(Header));

    private static string Row(OpenLoadResult result)
    {
        double[] values =
        [
            result.Load, result.Offered, result.Goodput, result.RefusedShare, result.Count(CallOutcome.Failed), result.Percentile(0.5), result.Percentile(0.95),
            result.Percentile(0.99), result.Percentile(0.99, CallOutcome.Refused), result.MeanBatch, result.Cores.Server, result.Cores.Generator, result.Cores.Others,
        ];
        return string.Join(',', values.Select(value => double.IsNaN(value) ? "" : value.ToString("0.###", CultureInfo.InvariantCulture)));
    }
}
