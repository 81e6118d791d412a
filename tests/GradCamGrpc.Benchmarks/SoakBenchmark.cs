using System.CommandLine;
using GradCamGrpc.Server.Options;
using TorchSharp;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>soak</c>: ten thousand calls, and what they leave in memory.</summary>
internal static class SoakBenchmark
{
    public static Command Create()
    {
        var calls = new Option<int>("--calls") { Description = "calls in all", DefaultValueFactory = _ => 10_000 };
        var command = new Command("soak", "Watch resident memory and live tensors over many calls.") { calls };
        command.SetAction(async (parsed, _) =>
        {
            var step = parsed.GetValue(calls) / 5;
            await using var bench = await ServerBench.StartAsync(ServerOptions.Default.Queue.MaxBatch);
            var resident = new List<double>();
            for (var done = step; done <= parsed.GetValue(calls); done += step)
            {
                await bench.RunAsync(concurrency: 16, step);
                GC.Collect();
                GC.WaitForPendingFinalizers();
                resident.Add(Environment.WorkingSet / 1048576.0);
                Console.WriteLine($"{done,6} calls: {resident[^1]:F0} MiB resident, {torch.Tensor.TotalCount} live tensors");
            }
            Console.WriteLine($"growth from the first fifth to the end: {resident[^1] / resident[0] - 1:P1}   (goal: less than 5 %)");
        });
        return command;
    }
}
