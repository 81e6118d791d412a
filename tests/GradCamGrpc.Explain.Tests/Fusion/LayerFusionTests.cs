using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Fusion;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;

namespace GradCamGrpc.Explain.Tests.Fusion;

/// <summary>Fused maps, computed by hand.</summary>
public sealed class LayerFusionTests
{
    /// <summary>0, 1, 2, 4 is scaled to 0, 1/4, 1/2, 1; and -1, 3, 3, 3 to 0, 1, 1, 1, however large its values are.</summary>
    [Theory]
    [InlineData(FusionRule.Mean, new[] { 0, 0.625f, 0.75f, 1 })]
    [InlineData(FusionRule.Maximum, new[] { 0, 1f, 1, 1 })]
    public void Fuse_TwoMapsOfTwoByTwo_IsTheMeanOrMaximumOfTheScaled(FusionRule rule, float[] expected)
    {
        var fused = LayerFusion.Fuse([Map("one", 2, 2, 0, 1, 2, 4), Map("other", 2, 2, -1, 3, 3, 3)], rule);

        AssertValues(expected, fused);
        Assert.Equal(new MapShape(1, 2, 2), fused.Shape);
        Assert.Null(fused.Layer);
        Assert.Equal(["one", "other"], fused.FusedLayers.Select(layer => layer.Name));
        Assert.Equal(7, fused.Score);
    }

    /// <summary>6 and 8 become 0 and 1: the minimum is taken off before.</summary>
    [Fact]
    public void Fuse_MapWithoutAZero_ItsMinimumIsTakenOff() =>
        AssertValues([0, 0.25f, 0.75f, 1], LayerFusion.Fuse([Map("one", 1, 2, 6, 8), Blank(1, 4)], FusionRule.Maximum));

    /// <summary>On the finer grid the peak lies between two pixels: scaled after the resizing it would be 1.</summary>
    [Fact]
    public void Fuse_PeakBetweenThePixels_IsScaledBeforeItIsResized() =>
        AssertValues([0, 0.25f, 0.75f, 0.75f, 0.25f, 0], LayerFusion.Fuse([Map("one", 1, 3, 0, 5, 0), Blank(1, 6)], FusionRule.Maximum));

    /// <summary>Rows and columns at once: the middle of four corners is their mean.</summary>
    [Fact]
    public void Fuse_LayersOfDifferentSizes_MeetOnTheFinestGrid()
    {
        var coarse = Map("coarse", 2, 2, 0, 0, 0, 8);
        var fine = Map("fine", 3, 3, 0, 0, 0, 0, 4, 0, 0, 0, 2);

        AssertValues([0, 0, 0, 0, (0.25f + 1) / 2, 0.25f, 0, 0.25f, (1 + 0.5f) / 2], LayerFusion.Fuse([coarse, fine], FusionRule.Mean));
    }

    /// <summary>Each goes on along the side that it has no positions on.</summary>
    [Fact]
    public void Fuse_NoLayerIsFinestInRowsAndColumns_TheGridHasTheMostOfBoth()
    {
        var fused = LayerFusion.Fuse([Map("wide", 1, 2, 0, 1), Map("tall", 2, 1, 0, 3)], FusionRule.Mean);

        Assert.Equal(new MapShape(1, 2, 2), fused.Shape);
        AssertValues([0, 0.5f, 0.5f, 1], fused);
    }

    [Fact]
    public void Fuse_AllMapsAreZero_IsZeroAndFlatOnlyWhereAllAre()
    {
        var (flat, negative) = (Map("flat", 2, 2, 0, 0, 0, 0) with { ScoreIsFlat = true }, Map("negative", 2, 2, -1, -2, -3, -4));

        var mixed = LayerFusion.Fuse([flat, negative], FusionRule.Mean);

        Assert.True(mixed.IsZero);
        Assert.False(mixed.ScoreIsFlat);
        Assert.True(LayerFusion.Fuse([flat, flat], FusionRule.Maximum).ScoreIsFlat);
    }

    /// <summary>A map that is the same everywhere tells nothing, and a layer of zeros halves the mean.</summary>
    [Fact]
    public void Fuse_ConstantMap_AddsNothing() =>
        AssertValues([0, 0.5f], LayerFusion.Fuse([Map("constant", 1, 2, 9, 9), Map("other", 1, 2, 1, 2)], FusionRule.Mean));

    /// <summary>Of the colours the largest magnitude stands for the pixel.</summary>
    [Fact]
    public void Fuse_MapOfThreeChannels_ItsHeatIsTaken()
    {
        var colours = new SaliencyMap(
            new GuidedGradCam(), new CutLayer("one", 1, 1, 2), ScoreTarget.Of(0), 1, new MapShape(3, 1, 2), new float[] { 0, 1, 0, -4, 2, 0 });

        AssertValues([0, 1], LayerFusion.Fuse([colours], FusionRule.Maximum));
    }

    private static SaliencyMap Map(string layer, int height, int width, params float[] values) =>
        new(new GradCam(), new CutLayer(layer, 1, height, width), ScoreTarget.Of(3), 7, new MapShape(1, height, width), values);

    /// <summary>Adds nothing but its grid.</summary>
    private static SaliencyMap Blank(int height, int width) => Map("blank", height, width, new float[height * width]);

    private static void AssertValues(float[] expected, SaliencyMap fused)
    {
        Assert.Equal(expected.Length, fused.Values.Length);
        Assert.All(expected.Zip(fused.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }
}
