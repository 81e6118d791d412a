using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Benchmarks;

/// <summary>The embedded model with nothing around it.</summary>
internal static class ModelAlone
{
    /// <summary>The time of forward and Grad-CAM at a batch size, with nothing else going on.</summary>
    public static double MillisecondsPerPhoto(int batch, Precision precision = Precision.Fp32)
    {
        var result = 0.0;
        ThreadOfItsOwn.Run(() => result = Measure(batch, precision));
        return result;
    }

    private static double Measure(int batch, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var network = EmbeddedModel.Read().BuildNetwork();
        network.PrepareForServing(precision: precision);
        var images = ChannelsLast.Of(randn([batch, 3, 224, 224], generator: new Generator(1)));
        var cut = new CutNetwork(network, images.narrow(0, 0, 1), network.UseFolded);
        var query = new ImageQuery([cut.Layers[EmbeddedModel.Read().Manifest.DefaultLayer]], 1);

        var rounds = new Rounds();
        rounds.Add("model", () =>
        {
            using var inner = NewDisposeScope();
            cut.Forward(images, [.. Enumerable.Repeat(query, batch)]).Explain(
                [.. Enumerable.Repeat<ScoreTarget[]>([ScoreTarget.Of(0)], batch)], [.. Enumerable.Repeat<ICamMethod[]>([new GradCam()], batch)], (_, _, _) => { });
        });
        rounds.Run(warmUps: 5, rounds: Math.Max(400 / batch, 20));
        return rounds.Median("model") / batch;
    }
}
