using System.CommandLine;
using GradCamGrpc.Fuzzing;
using GradCamGrpc.Fuzzing.Images;
using GradCamGrpc.Fuzzing.Messages;
using GradCamGrpc.Fuzzing.Models;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>fuzz</c>: hostile images, messages and models by the thousand, and what came of them.</summary>
internal static class FuzzBenchmark
{
    private const int CallsAtOnce = 4;

    /// <summary>How much longer than its deadline a call may take to end.</summary>
    private const int Grace = 2;

    public static Command Create()
    {
        var images = Count("--images", 100_000, "damaged JPEG, PNG, WebP, GIF and BMP files for the decoder");
        var messages = Count("--messages", 20_000, "damaged messages for a server, of all of its methods");
        var models = Count("--models", 5_000, "damaged safetensors, PyTorch files and manifests");
        var seed = new Option<int>("--seed") { Description = "decides the inputs", DefaultValueFactory = _ => 1 };
        var first = new Option<int>("--first") { Description = "the number of the first case, to run one again", DefaultValueFactory = _ => 0 };
        var seconds = new Option<double>("--seconds-per-case") { Description = "what one case may take; a call has it as its deadline", DefaultValueFactory = _ => 10 };
        var folder = new Option<string>("--out") { Description = "where inputs go that found a fault", DefaultValueFactory = _ => "out/fuzz" };
        var command = new Command("fuzz", "Hostile images, messages and models: how each ends, time and memory.") { images, messages, models, seed, first, seconds, folder };
        command.SetAction(async (parsed, _) =>
        {
            FuzzPlan Plan(Option<int> count) => new(
                parsed.GetValue(seed), parsed.GetValue(first), parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(folder)!);

            var failures = 0;
            if (parsed.GetValue(images) > 0)
                failures += Tell("images", await FuzzCampaign.RunAsync(new ImageTarget(), Plan(images), Console.WriteLine));
            if (parsed.GetValue(models) > 0)
            {
                using var target = new ModelTarget();
                failures += Tell(target.Name, await FuzzCampaign.RunAsync(target, Plan(models), Console.WriteLine));
            }
            if (parsed.GetValue(messages) > 0)
                failures += await FeedServerAsync(Plan(messages));
            return failures == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<int> FeedServerAsync(FuzzPlan plan)
    {
        await using var target = await MessageTarget.StartAsync(plan.Bound);
        var failures = Tell(target.Name, await FuzzCampaign.RunAsync(target, plan with { Concurrency = CallsAtOnce, Bound = Grace * plan.Bound }, Console.WriteLine));
        await target.VerifyAsync();
        Console.WriteLine("The server still answers as before, and holds no tensor more.");
        return failures;
    }

    /// <returns>How many failures there are.</returns>
    private static int Tell(string name, FuzzReport report)
    {
        Console.WriteLine($"{name}: {report.Outcomes.Values.Sum()} cases");
        foreach (var (outcome, count) in report.Outcomes)
            Console.WriteLine($"{count,9}  {outcome}");
        Console.WriteLine($"   the slowest took {report.Longest.TotalSeconds:F2} s (case {report.Slowest})");
        Console.WriteLine(
            $"   resident {report.ResidentAtFirst >> 20} MiB after the first fifth, {report.ResidentAtLast >> 20} MiB after the last: {(double)report.ResidentAtLast / report.ResidentAtFirst:F3}");
        return report.Failures.Count;
    }

    private static Option<int> Count(string name, int standard, string what) => new(name) { Description = what, DefaultValueFactory = _ => standard };
}
