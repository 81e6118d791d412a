using System.CommandLine;
using System.Globalization;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>openload</c>: calls that come by chance, fewer and more than can be answered.</summary>
internal static class OpenLoadBenchmark
{
    private static readonly TimeSpan LeastSettling = TimeSpan.FromSeconds(3);

    /// <summary>As many calls come and go while a load settles as were in flight in the closed loop, times this.</summary>
    private const int SettlingTurns = 10;

    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "how long the capacity and each load are measured", DefaultValueFactory = _ => 20 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, each with a capacity of its own", DefaultValueFactory = _ => 3 };
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight while the capacity is measured", DefaultValueFactory = _ => 64 };
        var target = new Option<int?>("--target-wait") { Description = "the server's, in milliseconds; 0 for off, nothing for auto" };
        var maxBatch = new Option<int?>("--max-batch") { Description = "the server's; nothing for auto" };
        var seed = new Option<int>("--seed") { Description = "decides when calls come", DefaultValueFactory = _ => 1 };
        var picture = new Option<FileInfo?>("--picture") { Description = "where a picture of the last round goes, a PNG" };
        var table = new Option<FileInfo?>("--table") { Description = "where the figures of the last round go, as comma-separated values" };
        var command = new Command("openload", "Open-loop load, Poisson: a 224 x 224 JPEG in, a raw map out. The server is a process of its own.")
        {
            seconds, rounds, concurrency, target, maxBatch, seed, picture, table,
        };
        command.SetAction(async (parsed, _) =>
        {
            // It knows no photo again: each costs a pass.
            using var server = await ServerProcess.StartAsync(
                "127.0.0.1:0",
                "--activation-cache",
                "0",
                "--target-wait",
                parsed.GetValue(target) is 0 ? "off" : Text(parsed.GetValue(target)),
                "--max-batch",
                Text(parsed.GetValue(maxBatch)));
            using var client = new ExplainClient(new Uri($"http://{server.Address}"));
            await client.RunAsync(parsed.GetValue(concurrency), calls: 2000);
            var done = new List<OpenLoadRound>();
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                done.Add(await RunAsync(
                    server, client, parsed.GetValue(concurrency), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed) + round * OpenLoadRound.All.Length));
            }
            Print("p99 at 200 % / p99 at 90 %         ", [.. done.Select(round => round.LatencyRatio)], "; goal: at most 1.5");
            Print("goodput at 200 % / capacity        ", [.. done.Select(round => round.GoodputShare)], "; goal: at least 0.95");
            Print("the same per core left by generator", [.. done.Select(round => round.GoodputShareOfLeftCores)], "");
            if (parsed.GetValue(picture) is { } image)
                LoadPicture.Save(done[^1].Capacity, done[^1].Loads, image.FullName);
            if (parsed.GetValue(table) is { } file)
                LoadTable.Save(done[^1].Loads, file.FullName);
        });
        return command;
    }

    private static async Task<OpenLoadRound> RunAsync(ServerProcess server, ExplainClient client, int concurrency, TimeSpan time, int seed)
    {
        var clock = new CoreClock(server);
        var closed = await client.RunForAsync(concurrency, time);
        var cores = clock.Read();
        var settling = SettlingOf(closed.PerSecond, concurrency);
        Console.WriteLine(
            $"capacity {closed.PerSecond:F1} calls/s, {concurrency} in flight, mean batch {closed.MeanBatch:F1}; cores of the server / the generator / others: {cores}");
        Console.WriteLine("  load   calls/s   admitted   refused   failed   goodput   p50 / p95 / p99 ms   refused after p99 ms   mean batch   cores");
        var loads = new List<OpenLoadResult>();
        foreach (var load in OpenLoadRound.All)
        {
            clock = new CoreClock(server);
            var calls = await OpenLoop.RunAsync(client.TryExplainAsync, load * closed.PerSecond, time + settling, seed + loads.Count);
            var result = new OpenLoadResult(load, time.TotalSeconds, [.. calls.Where(call => call.Arrival >= settling)], clock.Read());
            loads.Add(result);
            Console.WriteLine(
                $"{load,6:P0} {result.Offered,9:F1} {result.Count(CallOutcome.Answered),10} {result.Count(CallOutcome.Refused),9} "
                + $"{result.Count(CallOutcome.Failed),8} {result.Goodput,9:F1}   "
                + $"{result.Percentile(0.5),4:F0} / {result.Percentile(0.95),3:F0} / {result.Percentile(0.99),3:F0} "
                + $"{result.Percentile(0.99, CallOutcome.Refused),22:F0} {result.MeanBatch,12:F1}   {result.Cores}");
        }
        clock = new CoreClock(server);
        var again = await client.RunForAsync(concurrency, time);
        var coresAfter = clock.Read();
        Console.WriteLine($"capacity {again.PerSecond:F1} calls/s after the loads; cores: {coresAfter}");
        return new OpenLoadRound(closed.PerSecond, cores, loads, again.PerSecond, coresAfter);
    }

    /// <summary>A load that comes all of a sudden takes its time until it is what it will be: the slower the calls, the longer.</summary>
    private static TimeSpan SettlingOf(double perSecond, int concurrency)
    {
        var turns = TimeSpan.FromSeconds(SettlingTurns * concurrency / perSecond);
        return turns > LeastSettling ? turns : LeastSettling;
    }

    private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "auto";

    private static void Print(string what, IReadOnlyList<double> values, string goal) =>
        Console.WriteLine($"{what} {Rounds.Median(values):F3} ({values.Min():F3} to {values.Max():F3}, {values.Count} rounds{goal})");
}
