using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Layers whose activations a pass keeps for heads: of a network that folds layers and runs its early ones four photos at a time.</summary>
public sealed class ObservedLayerTests : IDisposable
{
    private const int Photos = 6;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ServableNetwork _network;
    private readonly CutNetwork _cut;
    private readonly Tensor _images;

    public ObservedLayerTests()
    {
        _network = EmbeddedModel.Read().BuildNetwork();
        _network.PrepareForServing();
        _images = randn([Photos, 3, 64, 64], generator: new Generator(1));
        _cut = new CutNetwork(_network, _images.narrow(0, 0, 1), _network.UseFolded);
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    /// <summary>A layer that runs once, one that runs in groups, one in front of the pooling, and one that does not run when folded.</summary>
    [Theory]
    [InlineData("blocks.4.2")]
    [InlineData("blocks.1.1")]
    [InlineData("bn2")]
    [InlineData("blocks.4.2.bn1.act")]
    public void Activations_EveryPhotoOfABatch_AreWhatTheyAreAlone(string layer)
    {
        var query = new ImageQuery([], 0) { Observed = [_cut.Layers[layer]] };

        var pass = _cut.Forward(_images, [.. Enumerable.Repeat(query, Photos)]);

        for (var photo = 0; photo < Photos; photo++)
        {
            var expected = _cut.Activations(_images.narrow(0, photo, 1), _cut.Layers[layer]);
            var actual = pass.Activations(photo, _cut.Layers[layer]);
            Assert.False(actual.requires_grad);
            Assert.True(actual.squeeze(0).allclose(expected, rtol: 1e-3, atol: 1e-3));
            Assert.True(expected.abs().max().item<float>() > 0.1f);
        }
    }

    /// <summary>Photos that are explained take several lanes at an earlier cut, and their maps do not change.</summary>
    [Fact]
    public void Activations_AmongPhotosThatAreExplained_AreTheirOwn()
    {
        var (early, late) = (_cut.Layers["blocks.2.1"], _cut.Layers["blocks.4.2"]);
        var explained = new ImageQuery([early], 3);
        var observed = new ImageQuery([], 0) { Observed = [late, _cut.Layers["bn2"]] };
        ScoreTarget[] targets = [ScoreTarget.Of(1), ScoreTarget.Of(2), ScoreTarget.Of(3)];
        float[][] Maps(ForwardPass pass, params ScoreTarget[][] wanted)
        {
            var maps = new List<float[]>();
            pass.Explain(wanted, [.. wanted.Select(_ => new ICamMethod[] { new GradCam() })], (_, _, map) => maps.Add(map.Values.ToArray()));
            return [.. maps];
        }

        var pass = _cut.Forward(_images[..3], [explained, observed, explained]);
        var actual = Maps(pass, targets, [], targets);
        var alone = Maps(_cut.Forward(_images[..1], [explained]), targets);

        Assert.True(pass.Activations(1, late).squeeze(0).allclose(_cut.Activations(_images[1..2], late), rtol: 1e-3, atol: 1e-3));
        Assert.True(pass.Activations(1, _cut.Layers["bn2"]).squeeze(0).allclose(_cut.Activations(_images[1..2], _cut.Layers["bn2"]), rtol: 1e-3, atol: 1e-3));
        Assert.Equal(6, actual.Length);
        Assert.All(alone.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), value => Assert.Equal(value.First, value.Second, pair.First.Max(Math.Abs) * 1e-2f)));
    }
}
