using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using Google.Protobuf;
using GradCamGrpc.Server.Options;
using Grpc.Core;
using Grpc.Net.Client;
using TorchSharp;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>soak</c>: mixed calls, half of them beside hostile clients, and what they leave in memory.</summary>
internal static class SoakBenchmark
{
    private const int Parts = 5;
    private const int PrintedFaults = 10;

    /// <param name="Latencies">Milliseconds of the good calls.</param>
    /// <param name="Faults">Those that ended otherwise than they should.</param>
    /// <param name="Elapsed">How long it took.</param>
    private sealed record Block(IReadOnlyList<double> Latencies, IReadOnlyList<SoakFault> Faults, TimeSpan Elapsed)
    {
        public double P99 => Latencies.Percentile(0.99);
    }

    public static Command Create()
    {
        var requests = new Option<int>("--requests") { Description = "calls in all", DefaultValueFactory = _ => 10_000 };
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 16 };
        var seed = new Option<int>("--seed") { Description = "decides which calls are made", DefaultValueFactory = _ => 1 };
        var command = new Command("soak", "Mixed calls, half of them beside hostile clients: memory, live tensors, errors, latency.") { requests, concurrency, seed };
        command.SetAction(async (parsed, _) =>
        {
            await using var bench = await ServerBench.StartAsync(options => options with { ActivationCacheBytes = ServerOptions.Default.ActivationCacheBytes });
            return await RunAsync(bench.Address, parsed.GetValue(requests) / Parts / 2, parsed.GetValue(concurrency), new Random(parsed.GetValue(seed)));
        });
        return command;
    }

    /// <returns>The exit code: 1 where a call ended otherwise than it should.</returns>
    private static async Task<int> RunAsync(Uri server, int calls, int concurrency, Random random)
    {
        using var channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var mix = new SoakMix(channel);
        await MakeAsync(mix.Draw(Math.Min(calls, 500), random), concurrency);
        var (alone, beside) = (new List<Block>(), new List<Block>());
        var strangers = new List<SoakFault>();
        var (resident, tensors) = (new List<IReadOnlyList<double>>(), new List<long>());
        for (var part = 0; part < Parts; part++)
        {
            using var memory = new MemoryWatch();

            // Which comes first alternates, for the machine drifts.
            if (part % 2 == 0)
                alone.Add(await MakeAsync(mix.Draw(calls, random), concurrency));
            var (cancelled, refused, gone) = (0, 0, 0);
            await using (var hostile = HostileClients.Start(server, ByteString.CopyFrom(BenchPhoto.SmallJpeg())))
            {
                beside.Add(await MakeAsync(mix.Draw(calls, random), concurrency));
                (cancelled, refused, gone) = (hostile.Cancelled, hostile.Refused, hostile.Gone);
                strangers.AddRange(hostile.Faults);
            }
            if (part % 2 == 1)
                alone.Add(await MakeAsync(mix.Draw(calls, random), concurrency));

            resident.Add(await memory.StopAsync());

            // Tensors that nobody holds any more would else be counted until they are collected.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            tensors.Add(torch.Tensor.TotalCount);
            Console.WriteLine(
                $"{2 * calls * (part + 1),7} calls: {Usual(resident[^1]):F0} MiB resident, {resident[^1].Max():F0} at most, {GC.GetTotalMemory(forceFullCollection: false) / 1048576.0:F0} MiB managed, "
                + $"{tensors[^1]} live tensors; p99 {alone[^1].P99:F0} ms alone ({calls / alone[^1].Elapsed.TotalSeconds:F0} calls/s), "
                + $"{beside[^1].P99:F0} ms beside hostile clients ({calls / beside[^1].Elapsed.TotalSeconds:F0} calls/s), who cancelled {cancelled} of their own and were refused {refused}, and {gone} of whom had given up");
        }
        SoakFault[] faults = [.. alone.Concat(beside).SelectMany(block => block.Faults), .. strangers];
        foreach (var fault in faults.Take(PrintedFaults))
            Console.WriteLine($"unexpected: {fault.Name}: {fault.Status}, {fault.Detail}");
        double[] ratios = [.. beside.Zip(alone, (with, without) => with.P99 / without.P99)];
        Console.WriteLine($"unexpected errors                 {faults.Length}   (goal: 0)");
        Console.WriteLine(
            $"memory, last fifth / first        {Usual(resident[^1]) / Usual(resident[0]):F3} of the medians, {resident[^1].Max() / resident[0].Max():F3} of the highest   (goal: at most 1.05)");
        Console.WriteLine($"live tensors, from the first      {tensors.Min()} to {tensors.Max()}   (goal: the same)");
        Console.WriteLine($"p99 beside hostile clients / alone {Rounds.Median(ratios):F3} ({ratios.Min():F3} to {ratios.Max():F3})   (goal: at most 1.5)");
        return faults.Length == 0 ? 0 : 1;
    }

    private static double Usual(IEnumerable<double> readings) => readings.Percentile(0.5);

    private static async Task<Block> MakeAsync(IReadOnlyList<SoakCall> calls, int concurrency)
    {
        var latencies = new ConcurrentQueue<double>();
        var faults = new ConcurrentQueue<SoakFault>();
        var clock = Stopwatch.StartNew();
        await ServerBench.RunAsync(concurrency, [.. calls.Select(call => (Func<Task>)(async () =>
        {
            var start = clock.Elapsed;
            var status = await EndAsync(call);
            if (status.StatusCode != call.Expected)
                faults.Enqueue(new SoakFault(call.Name, status.StatusCode, status.Detail));
            else if (call.IsGood)
                latencies.Enqueue((clock.Elapsed - start).TotalMilliseconds);
        }))]);
        return new Block([.. latencies], [.. faults], clock.Elapsed);
    }

    private static async Task<Status> EndAsync(SoakCall call)
    {
        try
        {
            await call.RunAsync();
            return Status.DefaultSuccess;
        }
        catch (RpcException fault)
        {
            return fault.Status;
        }
    }
}
