using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>One network that is served with images of several sizes, next to one that is served with images of one.</summary>
public sealed class InputSizeTests : IDisposable
{
    private static readonly ScoreTarget[] Targets = [ScoreTarget.Of(1), ScoreTarget.Contrast(2, 4), ScoreTarget.Of(3, ScoreLink.Probability)];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>By hand: the convolution of stride 2 without padding makes 4 x 4 positions of 9 x 9, and 6 x 3 of 13 x 7; of 3 x 3 it makes one.</summary>
    [Fact]
    public void LayersAt_SeveralSizes_HaveTheSizesThatTheImagesMakeThem()
    {
        var cut = Cut(hasLinearHead: true, (9, 9), (13, 7), (3, 3));

        Assert.Equal(new CutLayer("act3", 5, 4, 4, FeedsLinearHead: true), cut.LayersAt(new InputSize(9, 9))["act3"]);
        Assert.Equal(new CutLayer("act3", 5, 6, 3, FeedsLinearHead: true), cut.LayersAt(new InputSize(13, 7))["act3"]);
        Assert.Equal(new CutLayer("act1", 4, 13, 7), cut.LayersAt(new InputSize(13, 7))["act1"]);
        Assert.Equal(cut.LayersAt(new InputSize(9, 9)), cut.Layers);
        Assert.DoesNotContain("act3", cut.LayersAt(new InputSize(3, 3)).Keys);
        Assert.Contains("act2", cut.LayersAt(new InputSize(3, 3)).Keys);
        Assert.Contains("no height and width", cut.UnusableLayersAt(new InputSize(3, 3))["act3"], StringComparison.Ordinal);
        Assert.DoesNotContain("act3", cut.UnusableLayers.Keys);
    }

    /// <summary>Every method: what shares the pass, what asks the network again, what explains pixels.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Maps_OfEachSizeInTurn_AreThoseOfANetworkOfThatSizeAlone(bool hasLinearHead)
    {
        (int Height, int Width)[] sizes = [(9, 9), (13, 7), (9, 9)];
        var cut = Cut(hasLinearHead, (9, 9), (13, 7));
        foreach (var size in sizes)
        {
            var alone = Cut(hasLinearHead, size);
            var image = Image(size, seed: 1);
            var layers = cut.LayersAt(InputSize.Of(image));
            IExplanationMethod[] methods = [.. ExplanationMethods.All.Where(method => method.ObjectionTo(alone, alone.Layers["act1"]) is null)];
            Assert.True(methods.Length > 10);

            var expected = ImageMaps.Of(alone, image, [alone.Layers["act3"], alone.Layers["act1"]], Targets, methods, Cancellation);
            var actual = ImageMaps.Of(cut, image, [layers["act3"], layers["act1"]], Targets, methods, Cancellation);

            Assert.Equal(Targets.Length, actual.Count);
            foreach (var (ofAlone, ofSeveral) in expected.SelectMany(maps => maps).Zip(actual.SelectMany(maps => maps)))
            {
                Assert.Equal((ofAlone.Method, ofAlone.Layer, ofAlone.Shape), (ofSeveral.Method, ofSeveral.Layer, ofSeveral.Shape));
                if (ofSeveral.Layer is null)
                    Assert.Equal(size, (ofSeveral.Shape.Height, ofSeveral.Shape.Width));
                Assert.Equal(ofAlone.Score, ofSeveral.Score, 1e-5f);
                var largest = ofAlone.Values.ToArray().Max(Math.Abs);
                Assert.All(ofAlone.Values.ToArray().Zip(ofSeveral.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f + 1e-4f * largest));
            }
        }
    }

    /// <summary>In front of an average the gradient is divided by the number of positions, which is another for each size: by central differences.</summary>
    [Theory]
    [InlineData(9, 9)]
    [InlineData(13, 7)]
    public void GradCam_InFrontOfTheAverage_DividesByTheSizesOwnPositions(int height, int width)
    {
        var cut = Cut(hasLinearHead: true, (9, 9), (13, 7));
        var image = Image((height, width), seed: 1);
        var layer = cut.LayersAt(InputSize.Of(image))["act3"];
        var activations = cut.Activations(image, layer);                                         // [C, h, w]

        var map = ImageMaps.Of(cut, image, [layer], [ScoreTarget.Of(2)], [new GradCam()], Cancellation)[0][0];

        var expected = zeros(layer.Height, layer.Width);
        const float step = 0.1f;
        for (var channel = 0; channel < layer.Channels; channel++)
        {
            var moved = activations.unsqueeze(0).repeat(2, 1, 1, 1);
            using var up = tensor(step);
            moved[0, channel, 0, 0] += up;
            moved[1, channel, 0, 0] -= up;
            var outputs = cut.OutputsWith(image, layer, moved);
            using var slope = (outputs[0, 2] - outputs[1, 2]) / tensor(2 * step);
            expected += activations[channel] * slope;
        }
        Assert.All(expected.flatten().data<float>().ToArray().Zip(map.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Forward_SizeThatWasNotLookedAt_IsRefused()
    {
        var cut = Cut(hasLinearHead: true, (9, 9), (13, 7));

        var fault = Assert.Throws<ArgumentException>(() => cut.Forward(Image((7, 13), seed: 1), [ImageQuery.PredictionOnly]));

        Assert.Contains("images of 13 x 7, but of 9 x 9, 7 x 13", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => cut.LayersAt(new InputSize(7, 13)));
    }

    /// <summary>Its maps would have another layer's positions.</summary>
    [Fact]
    public void Forward_LayerOfAnotherSize_IsRefused()
    {
        var cut = Cut(hasLinearHead: true, (9, 9), (13, 7));
        var (image, layer) = (Image((13, 7), seed: 1), cut.LayersAt(new InputSize(9, 9))["act3"]);

        var explained = Assert.Throws<ArgumentException>(() => cut.Forward(image, [new ImageQuery([layer], 1)]));
        Assert.Throws<ArgumentException>(() => cut.Forward(image, [ImageQuery.PredictionOnly with { Observed = [layer] }]));
        Assert.Throws<ArgumentException>(() => cut.Activations(image, layer));

        Assert.Contains("no layer 'act3' of 5 x 4 x 4", explained.Message, StringComparison.Ordinal);
    }

    /// <summary>The embedded network, folded: a batch of one size after a batch of another, with layers that are observed and ones that are explained.</summary>
    [Fact]
    public void Forward_EmbeddedNetworkInTwoSizes_EqualsEachSizeAlone()
    {
        using var network = EmbeddedModel.Read().BuildNetwork();
        network.PrepareForServing();
        using var generator = new Generator(4);
        Tensor[] batches = [randn([2, 3, 64, 64], generator: generator), randn([5, 3, 96, 128], generator: generator)];
        var both = new CutNetwork(network, [batches[0][..1], batches[1][..1]], network.UseFolded);
        foreach (var batch in batches.Concat(batches))
        {
            var alone = new CutNetwork(network, batch[..1], network.UseFolded);
            var (expected, observed) = Explain(alone, batch);
            var (actual, seen) = Explain(both, batch);

            Assert.Equal(((int)batch.shape[2] / 32, (int)batch.shape[3] / 32), (actual[0].Shape.Height, actual[0].Shape.Width));
            Assert.True(observed.allclose(seen, rtol: 1e-4, atol: 1e-4));
            foreach (var (first, second) in expected.Zip(actual))
            {
                var largest = first.Values.ToArray().Max(Math.Abs);
                Assert.NotEqual(0, largest);
                Assert.All(first.Values.ToArray().Zip(second.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3f * largest));
            }
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static (List<SaliencyMap> Maps, Tensor Observed) Explain(CutNetwork cut, Tensor batch)
    {
        var layers = cut.LayersAt(InputSize.Of(batch));
        var query = new ImageQuery([layers["bn2"]], 1) { Observed = [layers["blocks.4.2"]] };
        var maps = new List<SaliencyMap>();
        var count = (int)batch.shape[0];
        var pass = cut.Forward(batch, [.. Enumerable.Repeat(query, count)]);
        pass.Explain(
            [.. Enumerable.Repeat<ScoreTarget[]>([ScoreTarget.Of(7)], count)],
            [.. Enumerable.Repeat<ICamMethod[]>([new GradCam()], count)],
            (_, _, map) => maps.Add(map));
        return (maps, cat([.. Enumerable.Range(0, count).Select(i => pass.Activations(i, layers["blocks.4.2"]))]));
    }

    private static CutNetwork Cut(bool hasLinearHead, params (int Height, int Width)[] sizes) =>
        new(new SmallNetwork(seed: 3, hasLinearHead), [.. sizes.Select(size => Image(size, seed: 9))]);

    private static Tensor Image((int Height, int Width) size, int seed) => randn([1, 3, size.Height, size.Width], generator: new Generator((ulong)seed));
}
