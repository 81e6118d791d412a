using System.CommandLine;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>questions</c>: a question about a photo and its map against ten of them, in-process.</summary>
internal static class QuestionsBenchmark
{
    private const int Many = 10;
    private const string One = "one question and its map";
    private const string Ten = "ten questions and their maps";
    private const string TenAlone = "ten questions, no maps";

    public static Command Create()
    {
        var count = new Option<int>("--rounds") { Description = "rounds", DefaultValueFactory = _ => 60 };
        var command = new Command("questions", "Time ten questions about one photo, with maps, against one.") { count };
        command.SetAction(parsed => ThreadOfItsOwn.Run(() => Measure(parsed.GetValue(count))));
        return command;
    }

    private static void Measure(int count)
    {
        using var engine = new QuestionEngine(Many);
        var rounds = new Rounds();
        rounds.Add(One, () => engine.Answer(1, isExplained: true));
        rounds.Add(Ten, () => engine.Answer(Many, isExplained: true));
        rounds.Add(TenAlone, () => engine.Answer(Many, isExplained: false));
        rounds.Run(Rounds.UntilCompiled, count);

        foreach (var name in new[] { One, Ten, TenAlone })
            Console.WriteLine($"{name,-30} {rounds.Median(name):F2} ms");
        Console.WriteLine($"{Ten} / {One}    {rounds.Ratio(Ten, One):F3}   (goal: at most 2)");
    }
}
