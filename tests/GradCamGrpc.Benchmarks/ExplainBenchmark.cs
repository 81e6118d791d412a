using System.CommandLine;
using System.Runtime.InteropServices;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>explain</c>: a prediction against its explanation, in-process, at the embedded model's default layer.</summary>
internal static class ExplainBenchmark
{
    private const string Forward = "forward only";
    private const string GradCam = "forward and Grad-CAM";
    private const string Sixteen = "forward and 16 Grad-CAM targets";
    private const string FullBackward = "full forward and full backward";

    private static readonly int[] Batches = [1, 8];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "rounds at each batch size; of the full backward a fifth", DefaultValueFactory = _ => 100 };
        var command = new Command("explain", "Time an explanation against the bare prediction and against full backpropagation.") { rounds };
        command.SetAction(parsed =>
        {
            foreach (var batch in Batches)
                Measure(batch, parsed.GetValue(rounds));
        });
        return command;
    }

    private static void Measure(int batch, int count)
    {
        using var scope = NewDisposeScope();
        using var bare = EmbeddedModel.Read().BuildNetwork();
        using var served = EmbeddedModel.Read().BuildNetwork();
        using var trained = EmbeddedModel.Read().BuildNetwork();
        bare.PrepareForServing();
        served.PrepareForServing();
        trained.eval();
        var images = ChannelsLast.Of(randn([batch, 3, 224, 224], generator: new Generator(1)));
        var cut = new CutNetwork(served, images.narrow(0, 0, 1), served.UseFolded);

        var layer = cut.Layers[EmbeddedModel.Read().Manifest.DefaultLayer];

        var explained = new Rounds();
        explained.Add(Forward, () => Predict(bare, images));
        explained.Add(GradCam, () => Explain(cut, layer, images, 1));
        explained.Add(Sixteen, () => Explain(cut, layer, images, 16));
        explained.Run(Rounds.UntilCompiled, count);

        // Apart: whoever runs after a full backward finds cold caches, and pages that its tape has given back.
        var besideFullBackward = new Rounds();
        besideFullBackward.Add(GradCam, () => Explain(cut, layer, images, 1));
        besideFullBackward.Add(FullBackward, () => Backpropagate(trained, images));
        besideFullBackward.Run(Rounds.UntilCompiled, Math.Max(count / 5, 5));
        Print(batch, explained, besideFullBackward);
    }

    private static float[] Predict(ServableNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        return MemoryMarshal.Cast<byte, float>(network.call(images).bytes).ToArray();
    }

    private static void Explain(CutNetwork cut, CutLayer layer, Tensor images, int targets)
    {
        using var scope = NewDisposeScope();
        var query = new ImageQuery([layer], targets);
        var batch = (int)images.shape[0];
        var pass = cut.Forward(images, [.. Enumerable.Repeat(query, batch)]);
        var scores = Enumerable.Range(0, targets).Select(i => ScoreTarget.Of(i)).ToArray();
        pass.Explain([.. Enumerable.Repeat(scores, batch)], [.. Enumerable.Repeat<ICamMethod[]>([new GradCam()], batch)], (_, _, _) => { });
    }

    /// <summary>What a library does that asks for the gradient of everything: tape from the first layer, backward to all parameters.</summary>
    private static void Backpropagate(ServableNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        network.zero_grad();
        network.call(images).select(1, 0).sum().backward();
    }

    private static void Print(int batch, Rounds explained, Rounds besideFullBackward)
    {
        var table = new Table { Title = new TableTitle($"batch {batch}") }.AddColumns("what", "ms per photo (median)");
        foreach (var name in new[] { Forward, GradCam, Sixteen })
            table.AddRow(name, $"{explained.Median(name) / batch:F2}");
        table.AddRow($"{GradCam}, beside a full backward", $"{besideFullBackward.Median(GradCam) / batch:F2}");
        table.AddRow(FullBackward, $"{besideFullBackward.Median(FullBackward) / batch:F2}");
        AnsiConsole.Write(table);
        Console.WriteLine($"Grad-CAM / forward                 {explained.Ratio(GradCam, Forward):F3}   (goal: at most 1.05)");
        Console.WriteLine($"16 targets / one                   {explained.Ratio(Sixteen, GradCam):F3}   (goal: at most 1.10)");
        Console.WriteLine($"full backward / Grad-CAM           {besideFullBackward.Ratio(FullBackward, GradCam):F2}    (goal: at least 3)");
        Console.WriteLine();
    }
}
