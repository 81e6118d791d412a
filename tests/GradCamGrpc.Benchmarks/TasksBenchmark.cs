using System.CommandLine;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>tasks</c>: calls of the three tasks mixed, against the calls of each task by themselves, over gRPC.</summary>
internal static class TasksBenchmark
{
    private const string Classes = "class and map";
    private const string Captions = "caption and a map of every word";
    private const string Answers = "answer and map";
    private const string Mixed = "all three, mixed";

    public static Command Create()
    {
        var count = new Option<int>("--rounds") { Description = "rounds", DefaultValueFactory = _ => 5 };
        var calls = new Option<int>("--calls") { Description = "calls of each task in a round", DefaultValueFactory = _ => 96 };
        var concurrency = new Option<int>("--concurrency") { Description = "calls in flight", DefaultValueFactory = _ => 24 };
        var command = new Command("tasks", "Closed-loop load of the three tasks mixed, against each by itself.") { count, calls, concurrency };
        command.SetAction((parsed, _) => MeasureAsync(parsed.GetValue(count), parsed.GetValue(calls), parsed.GetValue(concurrency)));
        return command;
    }

    private static async Task MeasureAsync(int count, int calls, int concurrency)
    {
        await using var bench = await ServerBench.StartAsync();
        (string Name, Func<Task> Call)[] tasks =
            [(Classes, bench.ExplainClassAsync), (Captions, bench.ExplainCaptionAsync), (Answers, bench.ExplainAnswerAsync)];
        var rounds = new Rounds();
        foreach (var (name, call) in tasks)
            rounds.Add(name, () => ServerBench.RunAsync(concurrency, [.. Enumerable.Repeat(call, calls)]).GetAwaiter().GetResult());
        rounds.Add(Mixed, () => ServerBench.RunAsync(concurrency, [.. Enumerable.Repeat(tasks.Select(task => task.Call), calls).SelectMany(turn => turn)]).GetAwaiter().GetResult());
        rounds.Run(warmUps: 1, count);

        foreach (var (name, _) in tasks)
            Console.WriteLine($"{name,-34} {rounds.Median(name) / calls:F2} ms a call");
        Console.WriteLine($"{Mixed,-34} {rounds.Median(Mixed) / (tasks.Length * calls):F2} ms a call");
        var shares = rounds.Shares([.. tasks.Select(task => task.Name)], Mixed);
        Console.WriteLine(
            $"sum of the three / mixed           {Rounds.Median(shares):F3} ({shares.Min():F3} to {shares.Max():F3}, {count} rounds, {calls} calls of each, {concurrency} in flight; goal: at least 0.85)");
    }
}
