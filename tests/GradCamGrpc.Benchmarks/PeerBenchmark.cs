using System.CommandLine;
using System.Runtime.InteropServices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using Spectre.Console;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>peer</c>: the embedded network's bare prediction against that of ONNX Runtime.</summary>
/// <remarks>
/// Threads that wait for work by spinning would slow down whoever comes next in the same process: so each side runs for a while, by itself,
/// and the peer's session and its threads end before the other side's turn. The sides take turns, in an order that alternates. A file that
/// keeps its weights in half precision differs from ours in the logits by a few hundredths.
/// </remarks>
internal static class PeerBenchmark
{
    private const int RoundCount = 5;
    private const string Ours = "GradCamGrpc";
    private const string Sleeping = "ONNX Runtime";
    private const string Spinning = "ONNX Runtime, spinning";

    private static readonly (int Batch, double Goal)[] Goals = [(1, 0.95), (8, 1.0)];

    public static Command Create()
    {
        var file = new Option<FileInfo>("--onnx") { Description = "the same network as ONNX Runtime reads it", Required = true };
        var calls = new Option<int>("--calls") { Description = "calls that a side times in a round, at batch 1", DefaultValueFactory = _ => 40 };
        var precision = new Option<Precision>("--precision") { Description = "what our side computes in" };
        var command = new Command("peer", "Time the bare prediction, and an explanation over gRPC, against ONNX Runtime's bare prediction.") { file, calls, precision };
        command.SetAction(async (parsed, _) =>
        {
            foreach (var (batch, goal) in Goals)
                Run(batch, goal, parsed.GetValue(precision), parsed.GetValue(file)!.FullName, Math.Max(parsed.GetValue(calls) / batch, 8));
            await EndToEndPeer.RunAsync(parsed.GetValue(file)!.FullName, parsed.GetValue(precision), Math.Max(parsed.GetValue(calls) / EndToEndPeer.Batch, 8));
        });
        return command;
    }

    private static void Run(int batch, double goal, Precision precision, string file, int calls)
    {
        using var scope = NewDisposeScope();
        using var network = EmbeddedModel.Read().BuildNetwork();
        network.PrepareForServing(precision: precision);
        var images = randn([batch, 3, 224, 224], generator: new Generator(1));
        var pixels = images.data<float>().ToArray();
        var channelsLast = ChannelsLast.Of(images);
        var logits = new Dictionary<string, float[]>();
        var sides = new Dictionary<string, Func<double>>
        {
            [Ours] = () => Rounds.MedianOf(calls, () => logits[Ours] = Predict(network, channelsLast)),
            [Sleeping] = () => OnnxPeer.Time(file, batch, pixels, calls, spins: false, output => logits[Sleeping] = output),
            [Spinning] = () => OnnxPeer.Time(file, batch, pixels, calls, spins: true, output => logits[Spinning] = output),
        };

        var times = sides.Keys.ToDictionary(name => name, _ => new List<double>());
        for (var round = 0; round < RoundCount; round++)
        {
            foreach (var name in round % 2 == 0 ? sides.Keys : sides.Keys.Reverse())
                times[name].Add(sides[name]() / batch);
        }

        var table = new Table { Title = new TableTitle($"batch {batch}, ours in {precision}") }.AddColumns("what", "ms per photo (median of rounds)", "lowest", "highest");
        foreach (var (name, each) in times)
            table.AddRow(name, $"{Rounds.Median(each):F2}", $"{each.Min():F2}", $"{each.Max():F2}");
        AnsiConsole.Write(table);
        var best = Rounds.Median(times[Sleeping]) <= Rounds.Median(times[Spinning]) ? Sleeping : Spinning;
        var ratios = times[best].Zip(times[Ours], (peer, ours) => peer / ours).ToArray();
        var apart = logits[Ours].Zip(logits[best], (a, b) => Math.Abs(a - b)).Max();
        Console.WriteLine($"{best} / ours   {Rounds.Median(ratios):F3} ({ratios.Min():F3} to {ratios.Max():F3})   (goal: at least {goal})");
        Console.WriteLine($"largest difference of a logit {apart:E1}");
        Console.WriteLine();
    }

    private static float[] Predict(ServableNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        return MemoryMarshal.Cast<byte, float>(network.call(images).bytes).ToArray();
    }
}
