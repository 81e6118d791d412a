using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Every network that can be built is cut at every layer that it says it can be cut at.</summary>
public sealed class ArchitectureCutTests
{
    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory, MemberData(nameof(Names))]
    public void Explain_EveryLayer_HasAMapAndTheSameLogits(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Architectures.Create(name, classes: 10);
        new ComputedWeights("").Fill(network);
        network.PrepareForServing();
        var image = ChannelsLast.Of(randn([1, 3, 64, 64], generator: new Generator(5)));
        var cut = new CutNetwork(network, image, network.UseFolded);
        var expected = network.call(image);

        // The last ones alone, too: in front of the pooling a network takes its shortcuts.
        CutLayer[] all = [.. cut.Layers.Values];
        Assert.All(all.TakeLast(8).Select(layer => new[] { layer }).Append(all), layers =>
        {
            using var inner = NewDisposeScope();
            var maps = new List<SaliencyMap>();
            var pass = cut.Forward(image, [new ImageQuery(layers, 2)]);
            pass.Explain([[ScoreTarget.Of(3), ScoreTarget.Of(4)]], [[new GradCam()]], (_, _, map) => maps.Add(map));

            Assert.True(pass.Outputs.allclose(expected, rtol: 1e-3, atol: 1e-4 * expected.abs().max().item<float>()));
            Assert.Equal(2 * layers.Length, maps.Count);
            Assert.All(maps, map => Assert.Contains(map.Values.ToArray(), value => value != 0));
        });
    }
}
