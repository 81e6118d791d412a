using System.CommandLine;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary><c>methods</c>: each method's time over the bare prediction's, in-process, with the embedded model.</summary>
internal static class MethodsBenchmark
{
    private const int Batch = 8;
    private const string Forward = "forward only";
    private const string Single = "forward only, one photo";
    private const int Targets = 16;
    private const string OneDeep = "1 target x 1 layer";
    private const string ManyDeep = "16 targets x 3 layers";
    private const string OneLast = "1 target x the last layer";
    private const string ManyLast = "16 targets x the last layer";

    /// <summary>A stage's last block, the one before it, and the head.</summary>
    private static readonly string[] Layers = ["blocks.4.2", "blocks.6.0", "bn2"];

    private static readonly ICamMethod[] Cams =
    [
        new GradCam(), new GradCamPlusPlus(), new XGradCam(), new LayerCam(), new HiResCam(), new ElementWiseGradCam(), new Cam(), new EigenCam(),
        new EigenGradCam(),
    ];

    private static readonly IAttributionMethod[] Attributors =
    [
        new Saliency(), new GuidedBackpropagation(), new Deconvolution(), new GuidedGradCam(), new AblationCam(), new ScoreCam(), new Occlusion(),
        new SmoothGrad(), new IntegratedGradients(),
    ];

    public static Command Create()
    {
        var count = new Option<int>("--rounds") { Description = "rounds", DefaultValueFactory = _ => 10 };
        var command = new Command("methods", "Time every method against the bare prediction.") { count };
        command.SetAction(parsed => Print(Measure(parsed.GetValue(count))));
        return command;
    }

    private static Rounds Measure(int count)
    {
        using var scope = NewDisposeScope();
        using var bare = EmbeddedModel.Read().BuildNetwork();
        using var served = EmbeddedModel.Read().BuildNetwork();
        bare.PrepareForServing();
        served.PrepareForServing();
        var images = ChannelsLast.Of(randn([Batch, 3, 224, 224], generator: new Generator(1)));
        var cut = new CutNetwork(served, images.narrow(0, 0, 1), served.UseFolded);
        CutLayer[] all = [.. Layers.Select(name => cut.Layers[name])];

        var rounds = new Rounds();
        rounds.Add(Forward, () => Predict(bare, images));
        rounds.Add(Single, () => Predict(bare, images.narrow(0, 0, 1)));
        foreach (var cam in Cams)
            rounds.Add(cam.Name, () => Explain(cut, [all[^1]], images, 1, cam));
        foreach (var method in Attributors)
            rounds.Add(method.Name, () => Attribute(cut, all[^1], images.narrow(0, 0, 1), method));
        rounds.Add(OneDeep, () => Explain(cut, [all[0]], images, 1, new GradCam()));
        rounds.Add(ManyDeep, () => Explain(cut, all, images, Targets, new GradCam()));
        rounds.Add(OneLast, () => Explain(cut, [all[^1]], images, 1, new GradCam()));
        rounds.Add(ManyLast, () => Explain(cut, [all[^1]], images, Targets, new GradCam()));
        rounds.Run(warmUps: 2, count);
        return rounds;
    }

    private static void Predict(ServableNetwork network, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noTape = no_grad();
        network.call(images);
    }

    private static void Explain(CutNetwork cut, CutLayer[] layers, Tensor images, int targets, ICamMethod method)
    {
        using var scope = NewDisposeScope();
        var pass = cut.Forward(images, [.. Enumerable.Repeat(new ImageQuery(layers, targets), Batch)]);
        var scores = Enumerable.Range(0, targets).Select(i => ScoreTarget.Of(i)).ToArray();
        pass.Explain([.. Enumerable.Repeat(scores, Batch)], [.. Enumerable.Repeat<ICamMethod[]>([method], Batch)], (_, _, _) => { });
    }

    private static void Attribute(CutNetwork cut, CutLayer layer, Tensor image, IAttributionMethod method)
    {
        using var scope = NewDisposeScope();
        Attributions.Explain(cut, image, [layer], [ScoreTarget.Of(0)], [method], (_, _) => { });
    }

    private static void Print(Rounds rounds)
    {
        var table = new Table { Title = new TableTitle("one target at bn2") }.AddColumns("method", "ms per photo (median)", "times the prediction's");
        table.AddRow($"{Forward}, batch {Batch}", $"{rounds.Median(Forward) / Batch:F2}", "1");
        foreach (var name in Cams.Select(cam => cam.Name))
            table.AddRow($"{name}, batch {Batch}", $"{rounds.Median(name) / Batch:F2}", $"{rounds.Ratio(name, Forward):F2}");
        table.AddRow(Single, $"{rounds.Median(Single):F2}", "1");
        foreach (var name in Attributors.Select(method => method.Name))
            table.AddRow($"{name}, one photo", $"{rounds.Median(name):F1}", $"{rounds.Ratio(name, Single):F1}");
        AnsiConsole.Write(table);

        const int Channels = 1280;
        Console.WriteLine($"Score-CAM's time per channel / one forward    {rounds.Ratio("score-cam", Single) / Channels:F3}   (goal: at most 0.7)");


        // What a target costs at the first of the layers, behind which most of the tape lies: the time that one takes beyond the prediction.
        var tail = rounds.Median(OneDeep) - rounds.Median(Forward);
        var model = rounds.Median(Forward) + Targets * tail;
        Console.WriteLine(FormattableString.Invariant(
            $"cost model: forward + targets x tail of {Layers[0]} = {rounds.Median(Forward):F1} + {Targets} x {tail:F1} = {model:F1} ms, batch {Batch}"));
        Console.WriteLine($"{ManyDeep} / model    {rounds.Median(ManyDeep) / model:F2}   (measured {rounds.Median(ManyDeep):F1} ms; goal: at most 1.5)");
        Console.WriteLine($"{ManyDeep} / {OneDeep}    {rounds.Ratio(ManyDeep, OneDeep):F2}");
        Console.WriteLine($"{ManyLast} / {OneLast}    {rounds.Ratio(ManyLast, OneLast):F2}");
    }
}
