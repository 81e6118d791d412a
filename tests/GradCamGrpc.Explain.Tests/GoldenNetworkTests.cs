using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Tensors;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Every network that the reference has too, with computed weights, as it would serve: folded and channels-last.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenNetworkTests(GoldenNetworkTests.Runs runs) : IClassFixture<GoldenNetworkTests.Runs>
{
    private const int ManyLayers = 40;

    public static TheoryData<string> Networks => NetworkCase.Theory(Architectures.Names);

    /// <summary>Each network, with the CPU's own convolutions and with those that every device has.</summary>
    public static TheoryData<string, bool> Served()
    {
        var served = new TheoryData<string, bool>();
        foreach (var name in Networks)
        {
            served.Add(name.Data, true);
            served.Add(name.Data, false);
        }
        return served;
    }

    [Theory, MemberData(nameof(Served))]
    public void Forward_GoldenNetwork_LogitsEqualTheReference(string name, bool mayFuse)
    {
        using var arrays = GoldenArrays.Open("networks.safetensors");
        var expected = arrays.Floats($"{name}.logits");

        var run = runs.Of(name, mayFuse);
        var tolerance = 1e-4f * Math.Max(1, expected.Max(Math.Abs));
        AssertWithin(tolerance, expected, run.Logits);
        AssertWithin(tolerance, expected, run.Predicted);
    }

    [Theory, MemberData(nameof(Served))]
    public void Explain_GoldenNetwork_MapsEqualTheReference(string name, bool mayFuse)
    {
        using var arrays = GoldenArrays.Open("networks.safetensors");
        var run = runs.Of(name, mayFuse);
        var expected = arrays.Floats($"{name}.map");

        var tolerance = run.Layers > ManyLayers ? 5e-4f : 1e-4f;
        AssertWithin(tolerance * expected.Max(Math.Abs), expected, run.Maps);
    }

    [Theory, MemberData(nameof(Networks))]
    public void StateDict_GoldenNetwork_HasAsManyEntriesAsTheReference(string name)
    {
        var expected = NetworkCase.All()[name];
        var run = runs.Of(name, mayFuse: true);

        Assert.Equal(expected.Parameters, run.Parameters);
        Assert.Equal(expected.StateDictCount, run.StateDictCount);
    }

    private static void AssertWithin(float tolerance, float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= tolerance, $"differs by {worst}, allowed is {tolerance}");
    }

    /// <summary>What one run of a network left; the network itself is gone.</summary>
    /// <param name="Logits">[2, classes], of the pass that is explained.</param>
    /// <param name="Predicted">[2, classes], of one that nothing is asked of, so that the network runs as fast as it can.</param>
    /// <param name="Maps">[2, h, w].</param>
    /// <param name="Layers">Its convolutions and linear layers.</param>
    /// <param name="Parameters">The numbers in its parameters.</param>
    /// <param name="StateDictCount">Entries that PyTorch's state dict has: each normalisation's counter of training steps is one.</param>
    public sealed record Run(float[] Logits, float[] Predicted, float[] Maps, int Layers, long Parameters, int StateDictCount);

    public sealed class Runs
    {
        private readonly Dictionary<(string Name, bool MayFuse), Run> _done = [];

        public Run Of(string name, bool mayFuse) =>
            _done.TryGetValue((name, mayFuse), out var run) ? run : _done[(name, mayFuse)] = Execute(name, NetworkCase.All()[name], mayFuse);

        private static Run Execute(string name, NetworkCase golden, bool mayFuse)
        {
            using var scope = NewDisposeScope();
            using var arrays = GoldenArrays.Open("networks.safetensors");
            using var network = Architectures.Create(name, classes: arrays.Shape($"{name}.logits")[1]);
            var weights = ComputedWeights.Of("check.json");
            weights.Fill(network);
            using var device = TestDevice.Open();
            network.to(device.Device);
            network.PrepareForServing(mayFuse);

            var input = weights.Numbers("input", (int)golden.Input.Aggregate((product, side) => product * side));
            var images = device.Image(tensor(input).reshape(golden.Input));
            var cut = new CutNetwork(network, images.narrow(0, 0, 1), network.UseFolded);
            var query = new ImageQuery([cut.Layers[golden.Layer]], 1);
            var targets = new[] { ScoreTarget.Of(golden.TargetClass) };
            var maps = new float[golden.Input[0]][];
            var methods = new ICamMethod[] { new GradCam() };
            var pass = cut.Forward(images, [.. maps.Select(_ => query)]);
            pass.Explain(
                [.. maps.Select(_ => targets)], [.. maps.Select(_ => methods)], (image, _, map) => maps[image] = map.Values.ToArray());

            var entries = network.state_dict();
            var counters = entries.Keys.Count(entry => entry.EndsWith(".running_mean", StringComparison.Ordinal));
            return new Run(
                TensorValues.Floats(pass.Outputs),
                TensorValues.Floats(cut.Outputs(images)),
                [.. maps.SelectMany(map => map)],
                entries.Values.Count(entry => entry.dim() >= 2),
                network.parameters().Sum(parameter => parameter.numel()),
                entries.Count + counters);
        }
    }
}
