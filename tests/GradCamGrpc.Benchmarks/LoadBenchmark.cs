using System.CommandLine;
using GradCamGrpc.Batching;
using GradCamGrpc.Models.Networks;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>load</c>: what reaches clients over gRPC, against what the model could do at that batch size.</summary>
internal static class LoadBenchmark
{
    /// <summary>Odd, so that one is in the middle.</summary>
    private const int RoundCount = 5;

    /// <param name="Load">What reached the clients.</param>
    /// <param name="ModelMilliseconds">What the model alone takes for a photo.</param>
    private sealed record Round(LoadResult Load, double ModelMilliseconds)
    {
        public double Share => Load.PerSecond * ModelMilliseconds / 1000;
    }

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 64 };
        var seconds = new Option<int>("--seconds") { Description = "how long to measure, all rounds together", DefaultValueFactory = _ => 30 };
        var maxBatch = new Option<int?>("--max-batch") { Description = "the server's; nothing for auto" };
        var precision = new Option<Precision>("--precision") { Description = "what the server computes in" };
        var command = new Command("load", "Closed-loop load: a 224 x 224 JPEG in, a raw map out.") { concurrency, seconds, maxBatch, precision };
        command.SetAction(async (parsed, _) =>
        {
            var concurrent = parsed.GetValue(concurrency);
            var batch = parsed.GetValue(maxBatch) ?? BatchSettings.DefaultMaxBatchSize;
            var time = TimeSpan.FromSeconds(parsed.GetValue(seconds)) / RoundCount;
            await using var bench = await ServerBench.StartAsync(options => options with
            {
                Precision = parsed.GetValue(precision),
                Queue = options.Queue with { MaxBatch = parsed.GetValue(maxBatch) },
            });
            await bench.RunAsync(concurrent, calls: 2000);
            var rounds = new List<Round>();
            for (var round = 0; round < RoundCount; round++)
            {
                // Measured before and after each load, for the machine drifts.
                var before = ModelAlone.MillisecondsPerPhoto(batch, parsed.GetValue(precision));
                var load = await bench.RunForAsync(concurrent, time);
                batch = Math.Max(1, (int)Math.Round(load.MeanBatch));
                rounds.Add(new Round(load, (before + ModelAlone.MillisecondsPerPhoto(batch, parsed.GetValue(precision))) / 2));
                Console.WriteLine($"round {round + 1}: {rounds[^1].Load.PerSecond:F1} photos/s, {rounds[^1].Share:F3} of the model alone");
            }

            var middle = rounds.OrderBy(round => round.Share).ElementAt(RoundCount / 2);
            Console.WriteLine($"calls                    {rounds.Sum(round => round.Load.Calls)}, {concurrent} in flight; of the {RoundCount} rounds the one in the middle:");
            Console.WriteLine($"throughput               {middle.Load.PerSecond:F1} photos/s");
            Console.WriteLine($"mean batch               {middle.Load.MeanBatch:F1}");
            Console.WriteLine($"latency p50 / p99        {middle.Load.Percentile(0.5):F0} / {middle.Load.Percentile(0.99):F0} ms");
            Console.WriteLine($"model alone at batch {batch,-3} {middle.ModelMilliseconds:F2} ms per photo, {1000 / middle.ModelMilliseconds:F1} photos/s");
            Console.WriteLine($"throughput / model alone {middle.Share:F3}   (goal: at least 0.85)");
        });
        return command;
    }
}
