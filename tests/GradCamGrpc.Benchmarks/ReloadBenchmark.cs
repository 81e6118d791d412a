using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Net.Client;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>reload</c>: a model is replaced by its next version, time and again, under load. No call may fail, and none is made again.</summary>
internal static class ReloadBenchmark
{
    private const string Model = "reloaded";

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 16 };
        var reloads = new Option<int>("--reloads") { Description = "how often the model is replaced", DefaultValueFactory = _ => 6 };
        var pause = new Option<int>("--pause") { Description = "seconds of load before each reload, and at the end", DefaultValueFactory = _ => 3 };
        var command = new Command("reload", "A model is replaced by its next version, time and again, under load; no call may fail.")
        {
            concurrency, reloads, pause,
        };
        command.SetAction(async (parsed, _) => await RunAsync(
            parsed.GetValue(concurrency), parsed.GetValue(reloads), TimeSpan.FromSeconds(parsed.GetValue(pause))));
        return command;
    }

    private static async Task<int> RunAsync(int concurrency, int reloads, TimeSpan pause)
    {
        var root = Directory.CreateTempSubdirectory();
        var folder = Path.Combine(root.FullName, Model);
        ModelCopy.Write(folder, Model, Version(0));
        try
        {
            using var server = await ServerProcess.StartAsync(
                "127.0.0.1:0", "--models", root.FullName, "--model-control", "explicit", "--activation-cache", "0");
            return await RunAsync(server, folder, concurrency, reloads, pause);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(ServerProcess server, string folder, int concurrency, int reloads, TimeSpan pause)
    {
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}");
        var models = new ModelService.ModelServiceClient(channel);
        var calls = new ConcurrentQueue<VersionedCall>();
        var loads = new List<(long Served, TimeSpan Time)>();
        using var end = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
                calls.Enqueue(await VersionedCall.MakeAsync(channel, Model));
        })));
        await Task.Delay(pause);
        var memory = server.ResidentBytes;
        var most = memory;
        for (var reload = 1; reload <= reloads; reload++)
        {
            ModelCopy.Write(folder, Model, Version(reload));
            var clock = Stopwatch.StartNew();
            await models.LoadModelAsync(new LoadModelRequest { Name = Model });
            loads.Add((Stopwatch.GetTimestamp(), clock.Elapsed));
            most = Math.Max(most, server.ResidentBytes);
            await Task.Delay(pause);
        }
        await end.CancelAsync();
        await load;
        return Report([.. calls], loads, concurrency, memory, most, server.ResidentBytes);
    }

    private static int Report(VersionedCall[] calls, List<(long Served, TimeSpan Time)> loads, int concurrency, long memory, long most, long last)
    {
        // Who asks after a version is served has that version, or a later one.
        var stale = calls.Count(call => call.Fault is null && loads.Count(load => load.Served < call.Sent) > Number(call.Version!));
        var faults = calls.Select(call => call.Fault).OfType<string>().ToArray();
        double[] latencies = [.. calls.Where(call => call.Fault is null).Select(call => call.Time.TotalMilliseconds)];
        var versions = calls.Select(call => call.Version).OfType<string>().Distinct().Count();
        double[] times = [.. loads.Select(load => load.Time.TotalSeconds)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"calls {calls.Length} ({concurrency} in flight), reloads {loads.Count}, failures {faults.Length}, versions seen {versions}, "
            + $"answers of a version that was replaced before the call {stale}, a reload {times.Percentile(0.5):F1} s (longest {times.Percentile(1):F1}), "
            + $"latency p50 {latencies.Percentile(0.5):F0} ms p99 {latencies.Percentile(0.99):F0} ms longest {latencies.Percentile(1):F0} ms, "
            + $"memory {memory >> 20} MiB before, {most >> 20} when the last version leaves, {last >> 20} at the end"));
        foreach (var fault in faults.GroupBy(fault => fault))
            Console.WriteLine($"  {fault.Count()} x {fault.Key}");
        return faults.Length == 0 && stale == 0 && versions == loads.Count + 1 ? 0 : 1;
    }

    private static string Version(int number) => $"1.0.{number}";

    private static int Number(string version) => int.Parse(version.Split('.')[^1], CultureInfo.InvariantCulture);
}
