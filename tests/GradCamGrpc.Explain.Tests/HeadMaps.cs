using GradCamGrpc.Explain.Cuts;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>What must hold of the maps of any head's scores.</summary>
internal static class HeadMaps
{
    /// <summary>Compares gradients with central differences, at all positions of a channel.</summary>
    /// <param name="maps">A map of the channel's gradient for each score, in their order.</param>
    /// <param name="scores">How many scores.</param>
    /// <param name="photo">For each layer [1, C, h, w], double precision.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="evaluate">A score of other maps of the photo.</param>
    public static void AssertFiniteDifferences(
        (int Target, SaliencyMap Map)[] maps, int scores, Tensor[] photo, int layer, int channel, Func<Tensor[], int, double> evaluate)
    {
        const double Step = 1e-5;
        var (height, width) = ((int)photo[layer].shape[2], (int)photo[layer].shape[3]);
        Assert.Equal(Enumerable.Range(0, scores), maps.Select(made => made.Target));
        for (var score = 0; score < scores; score++)
        {
            for (var position = 0; position < height * width; position++)
            {
                double Moved(double by)
                {
                    var moved = photo.Select(values => values.clone()).ToArray();
                    var (row, column) = (position / width, position % width);
                    moved[layer][0, channel, row, column] = photo[layer][0, channel, row, column] + tensor(by, dtype: float64);
                    using var noTape = no_grad();
                    return evaluate(moved, score);
                }

                var expected = (Moved(Step) - Moved(-Step)) / (2 * Step);
                Assert.NotEqual(0, expected);
                Assert.Equal(expected, maps[score].Map.Values.Span[position], 1e-6 + 1e-5 * Math.Abs(expected));
            }
        }
    }

    /// <summary>Compares the maps of several scores of one pass with those that each has alone.</summary>
    /// <param name="together">In the order of the scores, of each by the layers.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="alone">For each score its maps by the layers.</param>
    public static void AssertEachAlone((int Target, SaliencyMap Map)[] together, CutLayer[] layers, (int Target, SaliencyMap Map)[][] alone)
    {
        Assert.Equal(layers.Length * alone.Length, together.Length);
        for (var score = 0; score < alone.Length; score++)
        {
            for (var layer = 0; layer < layers.Length; layer++)
            {
                var (expected, (target, actual)) = (alone[score][layer].Map, together[layers.Length * score + layer]);
                Assert.Equal((score, layers[layer]), (target, actual.Layer));
                Assert.Equal(expected.Score, actual.Score, 1e-6f);
                Assert.All(expected.Values.ToArray().Zip(actual.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-7f));
            }
        }
    }
}
