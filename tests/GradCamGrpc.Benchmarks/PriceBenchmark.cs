using System.CommandLine;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>price</c>: photos that a server explains in a second, against those that it only classifies.</summary>
internal static class PriceBenchmark
{
    /// <summary>Even, so that each side is the outer one as often as the other: that one starts twice.</summary>
    private const int RoundCount = 6;

    /// <summary>Until then, and for each side, the server compiles anew what calls run most often.</summary>
    private const int WarmUpCalls = 4000;

    public static Command Create()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 64 };
        var seconds = new Option<int>("--seconds") { Description = "how long each side is measured in a round", DefaultValueFactory = _ => 6 };
        var command = new Command("price", "What Grad-CAM costs a server at full load: a 224 x 224 JPEG in, classes and a raw map out, or classes alone.")
        {
            concurrency, seconds,
        };
        command.SetAction(async (parsed, _) =>
        {
            // It knows no photo again: each costs a pass.
            using var server = await ServerProcess.StartAsync("127.0.0.1:0", "--activation-cache", "0");
            var address = new Uri($"http://{server.Address}");
            using var explaining = new ExplainClient(address);
            using var classifying = new ExplainClient(address, wantsMap: false);
            var (concurrent, time) = (parsed.GetValue(concurrency), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            foreach (var client in new[] { explaining, classifying })
                await client.RunAsync(concurrent, WarmUpCalls);
            var ratios = new List<double>();
            for (var round = 0; round < RoundCount; round++)
            {
                // Each side has the middle or both ends, in turn: a machine that drifts would else take from one and give to the other.
                var (outer, inner) = round % 2 == 0 ? (explaining, classifying) : (classifying, explaining);
                var first = await outer.RunForAsync(concurrent, time / 2);
                var middle = await inner.RunForAsync(concurrent, time);
                var ends = first.And(await outer.RunForAsync(concurrent, time / 2));
                var (explained, classified) = round % 2 == 0 ? (ends, middle) : (middle, ends);
                ratios.Add(explained.PerSecond / classified.PerSecond);
                Console.WriteLine(
                    $"round {round + 1}: {explained.PerSecond:F1} photos explained a second in batches of {explained.MeanBatch:F1}, "
                    + $"{classified.PerSecond:F1} classified in batches of {classified.MeanBatch:F1}: {ratios[^1]:F3}");
            }
            Console.WriteLine($"explained / classified {Rounds.Median(ratios):F3} ({ratios.Min():F3} to {ratios.Max():F3}; goal: at least 0.97)");
        });
        return command;
    }
}
