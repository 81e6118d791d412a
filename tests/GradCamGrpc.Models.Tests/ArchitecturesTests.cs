using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

/// <summary>What holds for every network that can be built, and torchvision's names.</summary>
public sealed class ArchitecturesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>Each network, with the CPU's own convolutions and with those that every device has.</summary>
    public static TheoryData<string, bool> Served()
    {
        var served = new TheoryData<string, bool>();
        foreach (var name in Architectures.Names)
        {
            served.Add(name, true);
            served.Add(name, false);
        }
        return served;
    }

    [Fact]
    public void Create_UnknownName_IsRefused() => Assert.Throws<ArgumentException>(() => Architectures.Create("resnet9000", 10));

    [Theory, MemberData(nameof(Served))]
    public void PrepareForServing_AnyArchitecture_KeepsTheLogits(string name, bool mayFuse)
    {
        using var network = Network(name);
        var images = Images();
        network.eval();
        var plain = network.call(images);

        network.PrepareForServing(mayFuse);
        var folded = network.call(images);
        network.UseFolded(false);
        var unfolded = network.call(images);

        Assert.Equal([2, 10], plain.shape);
        AssertClose(plain, folded);
        AssertClose(plain, unfolded);
    }

    /// <summary>Forward hooks must see every non-linearity, and what they keep of its input must stay as it was.</summary>
    [Theory]
    [InlineData("alexnet", 7)]
    [InlineData("efficientnet_lite0", 33)]
    [InlineData("googlenet", 57)]
    [InlineData("resnet18", 17)]
    [InlineData("resnet50", 49)]
    [InlineData("vgg16", 15)]
    public void Forward_Unfolded_CallsEveryNonLinearityAsALayerNotInPlace(string name, int expected)
    {
        using var network = Network(name);
        network.PrepareForServing();
        network.UseFolded(false);
        var calls = new List<(Tensor Input, Tensor Output)>();
        foreach (var layer in network.modules().Where(module => module is ReLU or ReLU6).Cast<nn.Module<Tensor, Tensor>>())
        {
            layer.register_forward_hook((_, input, output) =>
            {
                calls.Add((input.alias(), output.alias()));
                return output;
            });
        }

        network.call(Images());

        Assert.Equal(expected, calls.Count);
        Assert.All(calls, call =>
        {
            Assert.True(call.Input.min().item<float>() < 0);
            Assert.True(call.Output.min().item<float>() >= 0);
        });
    }

    [Theory]
    [InlineData("alexnet", "features.8", "features.8.weight", new long[] { 256, 384, 3, 3 })]
    [InlineData("alexnet", "classifier.6", "classifier.1.weight", new long[] { 4096, 9216 })]
    [InlineData("googlenet", "inception5b", "inception4e.branch3.1.conv.weight", new long[] { 128, 32, 3, 3 })]
    [InlineData("googlenet", "inception3a.branch2.0.relu", "inception5b.branch4.1.bn.running_var", new long[] { 128 })]
    [InlineData("resnet18", "layer4.1", "layer3.0.downsample.0.weight", new long[] { 256, 128, 1, 1 })]
    [InlineData("resnet18", "layer1.0.relu", "layer4.1.bn2.running_mean", new long[] { 512 })]
    [InlineData("resnet50", "layer4.2", "layer1.0.downsample.1.bias", new long[] { 256 })]
    [InlineData("resnet50", "layer3.5.conv3", "layer4.0.conv2.weight", new long[] { 512, 512, 3, 3 })]
    [InlineData("vgg16", "features.29", "features.28.weight", new long[] { 512, 512, 3, 3 })]
    [InlineData("vgg16", "classifier.3", "classifier.0.weight", new long[] { 4096, 25088 })]
    public void Create_TorchvisionNetwork_HasItsNamesAndShapes(string name, string layer, string entry, long[] shape)
    {
        using var network = Architectures.Create(name, classes: 10);

        Assert.Contains(network.named_modules(), module => module.name == layer);
        Assert.Equal(shape, network.state_dict()[entry].shape);
    }

    private static ServableNetwork Network(string name)
    {
        var network = Architectures.Create(name, classes: 10);
        new ComputedWeights("").Fill(network);
        return network;
    }

    private static Tensor Images() => ChannelsLast.Of(randn([2, 3, 96, 96], generator: new Generator(5)));

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        var scale = expected.abs().max().item<float>();
        Assert.InRange((actual - expected).abs().max().item<float>(), 0, 1e-4f * scale);
    }
}
