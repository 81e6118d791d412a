using System.CommandLine;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>load</c>: what reaches clients over gRPC, against what the model could do at that batch size.</summary>
internal static class LoadBenchmark
{
    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 64 };
        var seconds = new Option<int>("--seconds") { Description = "how long to measure", DefaultValueFactory = _ => 20 };
        var maxBatch = new Option<int>("--max-batch") { Description = "the server's", DefaultValueFactory = _ => ServerOptions.Default.Queue.MaxBatch };
        var command = new Command("load", "Closed-loop load: a 224 x 224 JPEG in, a raw map out.") { concurrency, seconds, maxBatch };
        command.SetAction(async (parsed, _) =>
        {
            var concurrent = parsed.GetValue(concurrency);
            var before = ModelAlone.MillisecondsPerPhoto(parsed.GetValue(maxBatch));
            LoadResult load;
            await using (var bench = await ServerBench.StartAsync(parsed.GetValue(maxBatch)))
            {
                await bench.RunAsync(concurrent, calls: 2000);
                load = await bench.RunForAsync(concurrent, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            }

            // Measured before and after, for the machine may drift.
            var batch = Math.Max(1, (int)Math.Round(load.MeanBatch));
            var model = (before + ModelAlone.MillisecondsPerPhoto(batch)) / 2;

            Console.WriteLine($"calls                    {load.Calls} in {load.Elapsed.TotalSeconds:F1} s, {concurrent} in flight");
            Console.WriteLine($"throughput               {load.PerSecond:F1} photos/s");
            Console.WriteLine($"mean batch               {load.MeanBatch:F1}");
            Console.WriteLine($"latency p50 / p99        {load.Percentile(0.5):F0} / {load.Percentile(0.99):F0} ms");
            Console.WriteLine($"model alone at batch {batch,-3} {model:F2} ms per photo, {1000 / model:F1} photos/s");
            Console.WriteLine($"throughput / model alone {load.PerSecond * model / 1000:F3}   (goal: at least 0.85)");
        });
        return command;
    }
}
