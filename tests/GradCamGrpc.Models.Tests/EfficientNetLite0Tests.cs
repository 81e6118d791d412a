using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Models.Tests;

public sealed class EfficientNetLite0Tests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ServableNetwork _network = EmbeddedModel.Read().BuildNetwork();

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PrepareForServing_Folded_EqualsTheUnfoldedNetwork(bool mayFuse)
    {
        var images = Images();
        _network.eval();
        var plain = _network.call(images);

        _network.PrepareForServing(mayFuse);
        var folded = _network.call(images);
        _network.UseFolded(false);
        var unfolded = _network.call(images);

        AssertClose(plain, folded);
        AssertClose(plain, unfolded);
    }

    /// <summary>Sides at which paddings of stride 2 are even, odd, or one each; TensorFlow's padding is not the same on both sides where it is odd.</summary>
    [Theory]
    [InlineData(97, 97)]
    [InlineData(130, 161)]
    [InlineData(225, 96)]
    public void PrepareForServing_AnySize_KeepsTheLogits(int height, int width)
    {
        var images = ChannelsLast.Of(randn([1, 3, height, width], generator: new Generator(7)));
        _network.eval();
        var plain = _network.call(images);

        _network.PrepareForServing();

        AssertClose(plain, _network.call(images));
    }

    /// <summary>Inputs of several sizes in turn, some of which are alike once they are padded: what is kept for one is not used for another.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PrepareForServing_SizesInTurn_KeepTheLogits(bool mayFuse)
    {
        (int Height, int Width)[] sizes = [(224, 224), (225, 225), (288, 384), (97, 130), (224, 224), (225, 96), (227, 97), (288, 384)];
        var images = sizes.Select(size => ChannelsLast.Of(randn([1, 3, size.Height, size.Width], generator: new Generator(8)))).ToArray();
        _network.eval();
        var plain = images.Select(_network.call).ToArray();

        _network.PrepareForServing(mayFuse);

        for (var i = 0; i < images.Length; i++)
            AssertClose(plain[i], _network.call(images[i]));
    }

    /// <summary>Eight bits of mantissa through fifty layers: near, but not the same. What has a gradient stays as it was.</summary>
    [Theory]
    [InlineData(true, 224, 224)]
    [InlineData(false, 224, 224)]
    [InlineData(true, 288, 384)]
    public void PrepareForServing_Bf16_ComputesTheFoldedNetworkAloneInIt(bool mayFuse, int height, int width)
    {
        var images = ChannelsLast.Of(randn([2, 3, height, width], generator: new Generator(5)));
        _network.eval();
        var plain = _network.call(images);

        _network.PrepareForServing(mayFuse, Precision.Bf16);
        var folded = _network.call(images);
        _network.UseFolded(false);
        var unfolded = _network.call(images);

        Assert.Equal(float32, folded.dtype);
        var apart = ((folded - plain).norm() / plain.norm()).item<float>();
        Assert.InRange(apart, 1e-3f, 0.1f);
        AssertClose(plain, unfolded);
    }

    /// <summary>Served, the early layers run for a few photos at a time: the last group is smaller than the others here.</summary>
    [Fact]
    public void Forward_FoldedBatchOfSeveralGroups_EqualsEachPhotoAlone()
    {
        var images = ChannelsLast.Of(randn([6, 3, 224, 224], generator: new Generator(6)));
        _network.PrepareForServing();

        var together = _network.call(images);

        AssertClose(cat([.. images.split(1).Select(_network.call)]), together);
    }

    [Fact]
    public void PrepareForServing_AnyParameter_IsFrozen()
    {
        _network.PrepareForServing();

        Assert.All(_network.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.False(_network.call(Images()).requires_grad);
    }

    /// <summary>Names and shapes as timm has them: 49 convolutions, each with its normalisation, and the classifier.</summary>
    [Theory]
    [InlineData("conv_stem", new long[] { 32, 3, 3, 3 })]
    [InlineData("blocks.0.0.conv_dw", new long[] { 32, 1, 3, 3 })]
    [InlineData("blocks.1.0.conv_pw", new long[] { 96, 16, 1, 1 })]
    [InlineData("blocks.4.2.conv_dw", new long[] { 672, 1, 5, 5 })]
    [InlineData("blocks.6.0.conv_pwl", new long[] { 320, 1152, 1, 1 })]
    [InlineData("conv_head", new long[] { 1280, 320, 1, 1 })]
    [InlineData("classifier", new long[] { 1000, 1280 })]
    public void StateDict_Layer_HasTheReferencesNameAndShape(string layer, long[] shape)
    {
        Assert.Equal(shape, _network.state_dict()[$"{layer}.weight"].shape);
        Assert.Equal(49, _network.state_dict().Keys.Count(name => name.EndsWith(".running_mean", StringComparison.Ordinal)));
    }

    /// <summary>TensorFlow's padding at stride 2: below and to the right only.</summary>
    [Theory]
    [InlineData(224, 112)]
    [InlineData(225, 113)]
    [InlineData(97, 49)]
    public void Forward_AnySize_StemHalvesItRoundedUp(int side, int expected)
    {
        var seen = 0L;
        var stem = _network.named_modules().Single(module => module.name == "conv_stem").module;
        ((nn.Module<Tensor, Tensor>)stem).register_forward_hook((_, _, output) =>
        {
            seen = output.shape[3];
            return output;
        });

        _network.eval();
        _network.call(randn(1, 3, side, side));

        Assert.Equal(expected, seen);
    }

    private static Tensor Images() => ChannelsLast.Of(randn([2, 3, 224, 224], generator: new Generator(5)));

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        var scale = expected.abs().max().item<float>();
        Assert.InRange((actual - expected).abs().max().item<float>(), 0, 1e-4f * scale);
    }
}
