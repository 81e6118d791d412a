using GradCamGrpc.Models.Networks;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary>A JPEG in and a Grad-CAM map out over gRPC, the server full, against what ONNX Runtime takes for the bare prediction of its pixels.</summary>
/// <remarks>The sides take turns, in an order that alternates, and nothing of one runs in the other's.</remarks>
internal static class EndToEndPeer
{
    /// <summary>Photos that the peer predicts at once: as many as make it fastest.</summary>
    public const int Batch = 8;

    private const int RoundCount = 5;
    private const int CallsInFlight = 64;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string file, Precision precision, int calls)
    {
        float[] pixels;
        using (NewDisposeScope())
            pixels = randn([Batch, 3, 224, 224], generator: new Generator(1)).data<float>().ToArray();
        await using var bench = await ServerBench.StartAsync(options => options with { Precision = precision });
        await bench.RunForAsync(CallsInFlight, RoundTime);

        var (sleeping, spinning, ours) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < RoundCount; round++)
        {
            if (round % 2 == 0)
                await ServeAsync();
            sleeping.Add(OnnxPeer.Time(file, Batch, pixels, calls, spins: false, _ => { }) / Batch);
            spinning.Add(OnnxPeer.Time(file, Batch, pixels, calls, spins: true, _ => { }) / Batch);
            if (round % 2 == 1)
                await ServeAsync();
        }

        var best = Rounds.Median(sleeping) <= Rounds.Median(spinning) ? sleeping : spinning;
        var ratios = best.Zip(ours, (peer, own) => peer / own).ToArray();
        var goal = precision is Precision.Bf16 ? 1.5 : 0.85;
        Console.WriteLine($"{1000 / Rounds.Median(ours):F1} photos/s explained over gRPC in {precision}, {1000 / Rounds.Median(best):F1} predicted by ONNX Runtime alone");
        Console.WriteLine($"explained over gRPC / predicted    {Rounds.Median(ratios):F3} ({ratios.Min():F3} to {ratios.Max():F3})   (goal: at least {goal})");

        async Task ServeAsync() => ours.Add(1000 / (await bench.RunForAsync(CallsInFlight, RoundTime)).PerSecond);
    }
}
