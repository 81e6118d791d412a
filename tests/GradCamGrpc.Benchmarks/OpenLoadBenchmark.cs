using System.CommandLine;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>openload</c>: calls that come by chance, fewer and more than can be answered.</summary>
internal static class OpenLoadBenchmark
{
    private const double Busy = 0.9;
    private const double Flooded = 2;

    private static readonly double[] Loads = [0.5, 0.7, Busy, 1.2, Flooded];

    /// <summary>A load that comes all of a sudden takes its time until it is what it will be.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <param name="Capacity">Calls that were answered a second in a closed loop.</param>
    /// <param name="Loads">What came of each load.</param>
    private sealed record Round(double Capacity, IReadOnlyList<OpenLoadResult> Loads)
    {
        public double LatencyRatio => Of(Flooded).Percentile(0.99) / Of(Busy).Percentile(0.99);

        public double GoodputShare => Of(Flooded).Goodput / Capacity;

        private OpenLoadResult Of(double load) => Loads.Single(result => result.Load == load);
    }

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "how long each load is measured", DefaultValueFactory = _ => 20 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each with a capacity of its own", DefaultValueFactory = _ => 3 };
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight while the capacity is measured", DefaultValueFactory = _ => 64 };
        var target = new Option<int?>("--target-wait") { Description = "the server's, in milliseconds; 0 for off, nothing for auto" };
        var seed = new Option<int>("--seed") { Description = "decides when calls come", DefaultValueFactory = _ => 1 };
        var picture = new Option<FileInfo?>("--picture") { Description = "where a picture of the last round goes, a PNG" };
        var command = new Command("openload", "Open-loop load, Poisson: a 224 x 224 JPEG in, a raw map out.") { seconds, rounds, concurrency, target, seed, picture };
        command.SetAction(async (parsed, _) =>
        {
            TimeSpan? wait = parsed.GetValue(target) switch
            {
                null => null,
                0 => TimeSpan.MaxValue,
                { } milliseconds => TimeSpan.FromMilliseconds(milliseconds),
            };
            await using var bench = await ServerBench.StartAsync(options => options with { Queue = options.Queue with { TargetWait = wait } });
            await bench.RunAsync(parsed.GetValue(concurrency), calls: 2000);
            var done = new List<Round>();
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                done.Add(await RunAsync(
                    bench, parsed.GetValue(concurrency), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed) + round * Loads.Length));
            }
            Print("p99 at 200 % / p99 at 90 %  ", [.. done.Select(round => round.LatencyRatio)], "at most 1.5");
            Print("goodput at 200 % / capacity ", [.. done.Select(round => round.GoodputShare)], "at least 0.95");
            if (parsed.GetValue(picture) is { } file)
                LoadPicture.Save(done[^1].Capacity, done[^1].Loads, file.FullName);
        });
        return command;
    }

    private static async Task<Round> RunAsync(ServerBench bench, int concurrency, TimeSpan time, int seed)
    {
        var capacity = (await bench.RunForAsync(concurrency, time / 2)).PerSecond;
        Console.WriteLine($"capacity {capacity:F1} calls/s, {concurrency} in flight");
        Console.WriteLine("  load   calls/s   admitted   refused   failed   goodput   p50 / p95 / p99 ms       refused after p99 ms");
        var loads = new List<OpenLoadResult>();
        foreach (var load in Loads)
        {
            var calls = await OpenLoop.RunAsync(bench.ExplainClassAsync, load * capacity, time + Settling, seed + loads.Count);
            var result = new OpenLoadResult(load, time.TotalSeconds, [.. calls.Where(call => call.Arrival >= Settling)]);
            loads.Add(result);
            Console.WriteLine(
                $"{load,6:P0} {result.Calls.Count / result.Seconds,9:F1} {result.Count(CallOutcome.Answered),10} {result.Count(CallOutcome.Refused),9} "
                + $"{result.Count(CallOutcome.Failed),8} {result.Goodput,9:F1}   "
                + $"{result.Percentile(0.5),3:F0} / {result.Percentile(0.95),3:F0} / {result.Percentile(0.99),3:F0} "
                + $"{result.Percentile(0.99, CallOutcome.Refused),23:F0}");
        }
        return new Round(capacity, loads);
    }

    private static void Print(string what, IReadOnlyList<double> values, string goal) =>
        Console.WriteLine($"{what} {Rounds.Median(values):F3} ({values.Min():F3} to {values.Max():F3}, {values.Count} rounds; goal: {goal})");
}
