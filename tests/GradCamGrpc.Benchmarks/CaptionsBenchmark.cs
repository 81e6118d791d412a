using System.CommandLine;
using GradCamGrpc.Server.Options;
using Spectre.Console;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>captions</c>: a caption against the same and a fused Grad-CAM map of each of its words, in-process and over gRPC.</summary>
internal static class CaptionsBenchmark
{
    private const string Alone = "caption alone";
    private const string Again = "the caption once more, of a photo that the server knows";
    private const string Explained = "caption and a map of every word";

    public static Command Create()
    {
        var count = new Option<int>("--rounds") { Description = "rounds", DefaultValueFactory = _ => 60 };
        var command = new Command("captions", "Time a caption of one photo against the caption and a map of each of its words.") { count };
        command.SetAction(async (parsed, _) =>
        {
            ThreadOfItsOwn.Run(() => MeasureEngine(parsed.GetValue(count)));
            await MeasureServerAsync(parsed.GetValue(count));
        });
        return command;
    }

    private static void MeasureEngine(int count)
    {
        using var engine = new CaptionEngine();
        var rounds = new Rounds();
        rounds.Add(Alone, engine.Caption);
        rounds.Add(Explained, engine.CaptionAndExplain);
        foreach (var (name, run) in engine.Parts)
            rounds.Add(name, run);
        rounds.Run(Rounds.UntilCompiled, count);

        var table = new Table { Title = new TableTitle($"engine: \"{engine.Text}\"") }.AddColumns("what", "ms (median)", "times the caption's");
        foreach (var name in engine.Parts.Select(part => part.Name).Prepend(Explained).Prepend(Alone))
            table.AddRow(name, $"{rounds.Median(name):F2}", $"{rounds.Ratio(name, Alone):F3}");
        AnsiConsole.Write(table);
        Print("engine", rounds);
    }

    private static async Task MeasureServerAsync(int count)
    {
        await using var bench = await ServerBench.StartAsync();
        await using var remembering = await ServerBench.StartAsync(options => options with { ActivationCacheBytes = ServerOptions.Default.ActivationCacheBytes });
        var rounds = new Rounds();
        rounds.Add(Alone, bench.Caption);
        rounds.Add(Explained, () => bench.ExplainCaptionAsync().GetAwaiter().GetResult());
        rounds.Add(Again, remembering.Caption);
        rounds.Run(Rounds.UntilCompiled, count);
        Console.WriteLine($"over gRPC: {rounds.Median(Alone):F2} and {rounds.Median(Explained):F2} ms");
        Print("over gRPC", rounds);
        Console.WriteLine($"over gRPC: {Again} / {Alone}    {rounds.Ratio(Again, Alone):F3}");
    }

    private static void Print(string where, Rounds rounds) =>
        Console.WriteLine($"{where}: {Explained} / {Alone}    {rounds.Ratio(Explained, Alone):F3}   (goal: at most 1.25)");
}
