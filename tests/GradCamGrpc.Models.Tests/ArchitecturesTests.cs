using System.Runtime.InteropServices;
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

        var calls = CallsOfNonLinearities(network);

        Assert.Equal(expected, calls.Count);
        Assert.All(calls, call =>
        {
            Assert.True(call.Input.min().item<float>() < 0);
            Assert.True(call.Output.min().item<float>() >= 0);
        });
    }

    /// <summary>A non-linearity behind a convolution is a part of it; those of a classifier are layers.</summary>
    [Theory]
    [InlineData("alexnet", 2)]
    [InlineData("efficientnet_lite0", 0)]
    [InlineData("googlenet", 0)]
    [InlineData("resnet18", 0)]
    [InlineData("resnet50", 0)]
    [InlineData("vgg16", 2)]
    public void Forward_Fused_CallsNoNonLinearityBehindAConvolution(string name, int expected)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture is Architecture.X64, "there are no such convolutions");
        using var network = Network(name);
        network.PrepareForServing();

        Assert.Equal(expected, CallsOfNonLinearities(network).Count);
    }

    [Theory]
    [InlineData("alexnet", 7)]
    [InlineData("vgg16", 15)]
    public void Forward_OfConvolutionsWithBiasNotFused_CallsEveryNonLinearity(string name, int expected)
    {
        using var network = Network(name);
        network.Freeze();
        Assert.Equal(expected, CallsOfNonLinearities(network).Count);

        network.PrepareForServing(mayFuse: false);
        Assert.Equal(expected, CallsOfNonLinearities(network).Count);
    }

    /// <summary>Eight bits of mantissa: near, but not the same. What has a gradient stays as it was.</summary>
    [Theory]
    [InlineData("alexnet", true)]
    [InlineData("alexnet", false)]
    [InlineData("vgg16", true)]
    [InlineData("vgg16", false)]
    public void PrepareForServing_Bf16_ComputesConvolutionsWithBiasInIt(string name, bool mayFuse)
    {
        using var network = Network(name);
        var images = Images();
        network.eval();
        var plain = network.call(images);

        network.PrepareForServing(mayFuse, Precision.Bf16);
        var folded = network.call(images);
        network.UseFolded(false);
        var unfolded = network.call(images);

        Assert.Equal(float32, folded.dtype);
        Assert.InRange(((folded - plain).norm() / plain.norm()).item<float>(), 1e-3f, 0.1f);
        AssertClose(plain, unfolded);
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

    /// <summary>What the layers that are non-linearities get and say in a pass.</summary>
    private static List<(Tensor Input, Tensor Output)> CallsOfNonLinearities(ServableNetwork network)
    {
        var calls = new List<(Tensor Input, Tensor Output)>();
        nn.Module<Tensor, Tensor>[] layers = [.. network.modules().Where(module => module is ReLU or ReLU6).Cast<nn.Module<Tensor, Tensor>>()];
        var hooks = Array.ConvertAll(layers, layer => layer.register_forward_hook((_, input, output) =>
        {
            calls.Add((input.alias(), output.alias()));
            return output;
        }));
        network.call(Images());
        foreach (var hook in hooks)
            hook.remove();
        return calls;
    }

    private static Tensor Images() => ChannelsLast.Of(randn([2, 3, 96, 96], generator: new Generator(5)));

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        var scale = expected.abs().max().item<float>();
        Assert.InRange((actual - expected).abs().max().item<float>(), 0, 1e-4f * scale);
    }
}
