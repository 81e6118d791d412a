using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GradCamGrpc.TestData;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>replicas</c>: two servers behind HAProxy, as deploy/haproxy.cfg has it, which are killed in turn under load. No call may fail.</summary>
internal static class ReplicasBenchmark
{
    /// <summary>How long a server is away.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 16 };
        var kills = new Option<int>("--kills") { Description = "how often a server is killed", DefaultValueFactory = _ => 4 };
        var pause = new Option<int>("--pause") { Description = "seconds of load before each kill, and at the end", DefaultValueFactory = _ => 5 };
        var proxy = new Option<string>("--haproxy") { Description = "the program", DefaultValueFactory = _ => "/usr/sbin/haproxy" };
        var command = new Command("replicas", "Two servers behind HAProxy are killed in turn under load; calls may be made again, and none may fail.")
        {
            concurrency, kills, pause, proxy,
        };
        command.SetAction(async (parsed, _) => await RunAsync(
            parsed.GetValue(concurrency), parsed.GetValue(kills), TimeSpan.FromSeconds(parsed.GetValue(pause)), parsed.GetRequiredValue(proxy)));
        return command;
    }

    private static async Task<int> RunAsync(int concurrency, int kills, TimeSpan pause, string proxy)
    {
        var addresses = FreeAddresses(3);
        var threads = Math.Max(1, Environment.ProcessorCount / 2);
        using var first = new ServerReplica(addresses[1], threads);
        using var second = new ServerReplica(addresses[2], threads);
        await first.StartAsync();
        await second.StartAsync();
        using var haproxy = StartProxy(proxy, addresses[0], first.Address, second.Address);
        using var caller = new PatientCaller(new Uri($"http://{addresses[0]}"));
        using var end = new CancellationTokenSource();
        try
        {
            var load = Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                    await caller.CallAsync();
            })));
            for (var kill = 0; kill < kills; kill++)
            {
                await Task.Delay(pause);
                var victim = kill % 2 == 0 ? first : second;
                victim.Kill();
                await Task.Delay(Absence);
                await victim.StartAsync();
            }
            await Task.Delay(pause);
            await end.CancelAsync();
            await load;
        }
        finally
        {
            haproxy.Kill();
        }
        return Report(caller, concurrency, kills);
    }

    private static int Report(PatientCaller caller, int concurrency, int kills)
    {
        double[] latencies = [.. caller.Latencies];
        Console.WriteLine($"calls          {latencies.Length + caller.Failures.Count}, {concurrency} in flight");
        Console.WriteLine($"kills          {kills} (SIGKILL), each server back after {Absence.TotalSeconds:F0} s");
        Console.WriteLine($"asked again    {string.Join(", ", caller.AskedAgain.OrderBy(status => status.Key).Select(status => $"{status.Key} {status.Value}"))}");
        Console.WriteLine($"latency        p50 {latencies.Percentile(0.5):F0} ms, p99 {latencies.Percentile(0.99):F0} ms, longest {latencies.Percentile(1):F0} ms");
        Console.WriteLine($"failures       {caller.Failures.Count}   (goal: 0)");
        foreach (var fault in caller.Failures.GroupBy(fault => fault))
            Console.WriteLine($"  {fault.Count()} x {fault.Key}");
        return caller.Failures.Count == 0 ? 0 : 1;
    }

    private static Process StartProxy(string program, IPEndPoint listen, IPEndPoint first, IPEndPoint second) => Process.Start(
        new ProcessStartInfo(program, ["-f", Path.Combine(TestFolders.Repository, "deploy", "haproxy.cfg")])
        {
            Environment = { ["LISTEN"] = $"{listen}", ["SERVER_1"] = $"{first}", ["SERVER_2"] = $"{second}" },
        })!;

    /// <summary>Addresses of this machine that nobody listens on.</summary>
    private static IPEndPoint[] FreeAddresses(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        IPEndPoint[] addresses = [.. listeners.Select(listener => (IPEndPoint)listener.LocalEndpoint)];
        foreach (var listener in listeners)
            listener.Dispose();
        return addresses;
    }
}
