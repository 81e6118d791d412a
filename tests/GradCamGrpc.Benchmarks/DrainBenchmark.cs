using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>drain</c>: a server is asked to stop (SIGTERM) under calls and streams. What it had accepted must be answered.</summary>
internal static partial class DrainBenchmark
{
    /// <summary>Load before each signal: at least this, and up to twice of it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "how often a server is started and asked to stop", DefaultValueFactory = _ => 5 };
        var calls = new Option<int>("--calls") { Description = "calls at a time", DefaultValueFactory = _ => 16 };
        var streams = new Option<int>("--streams") { Description = "streams at a time", DefaultValueFactory = _ => 4 };
        var inFlight = new Option<int>("--in-flight") { Description = "photos of each stream at a time", DefaultValueFactory = _ => 16 };
        var seed = new Option<int>("--seed") { Description = "decides when each signal comes", DefaultValueFactory = _ => 1 };
        var command = new Command("drain", "A server is asked to stop under load; all that it has accepted must be answered.")
        {
            rounds, calls, streams, inFlight, seed,
        };
        command.SetAction(async (parsed, _) => await RunAsync(
            parsed.GetValue(rounds), parsed.GetValue(calls), parsed.GetValue(streams), parsed.GetValue(inFlight), new Random(parsed.GetValue(seed))));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, int calls, int streams, int inFlight, Random random)
    {
        var tally = new DrainTally();
        var photo = BenchPhoto.SmallJpeg();
        var (callsInFlight, photosInFlight, longest, faults) = (0, 0, TimeSpan.Zero, 0);
        for (var round = 0; round < rounds; round++)
        {
            using var server = await ServerProcess.StartAsync("127.0.0.1:0");
            var clients = Enumerable.Range(0, calls).Select(_ => Task.Run(new DrainClient(server.Address, photo, tally).CallAsync))
                .Concat(Enumerable.Range(0, streams).Select(_ => Task.Run(() => new DrainClient(server.Address, photo, tally).StreamAsync(inFlight))))
                .ToArray();
            await Task.Delay(Pause * (1 + random.NextDouble()));

            var clock = Stopwatch.StartNew();
            var status = await server.TerminateAsync();
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            await Task.WhenAll(clients);
            faults += status == 0 ? 0 : 1;
            var had = Draining().Match(server.Output);
            callsInFlight += int.Parse(had.Groups["calls"].Value, CultureInfo.InvariantCulture);
            photosInFlight += int.Parse(had.Groups["photos"].Value, CultureInfo.InvariantCulture);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            drain  {rounds} x SIGTERM, {callsInFlight} calls and {photosInFlight} photos of streams then in flight: accepted {tally.AnsweredCalls + tally.CutCalls} calls and {tally.AnsweredPhotos + tally.CutPhotos} photos, answered {tally.AnsweredCalls} and {tally.AnsweredPhotos}, cut {tally.CutCalls} and {tally.CutPhotos} (goal: 0); refused {tally.Refused}, found nobody {tally.Unreached}; ended within {longest.TotalSeconds:F1} s, exit status not 0: {faults} (goal: 0)
            """));
        return tally.CutCalls + tally.CutPhotos + faults == 0 ? 0 : 1;
    }

    [GeneratedRegex("Draining: .* (?<calls>[0-9]+) calls, with (?<photos>[0-9]+) photos")]
    private static partial Regex Draining();
}
