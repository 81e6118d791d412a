using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Explain.Tests.Evidence;

/// <summary>What compares maps without a network.</summary>
public sealed class MapComparisonTests
{
    /// <summary>1 − 6·Σd²/(n(n²−1)) with d = 0, 1, 1, 0: 1 − 12/60. With the tie, ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5/√(4.5·5).</summary>
    [Theory]
    [InlineData(new[] { 1f, 2, 3, 4 }, new[] { 10f, 30, 20, 99 }, 0.8)]
    [InlineData(new[] { 1f, 2, 2, 4 }, new[] { 1f, 2, 3, 4 }, 0.9486832980505138)]
    [InlineData(new[] { 1f, 2, 3 }, new[] { 1f, 0, -float.MaxValue }, -1.0)]
    public void Spearman_FewValues_IsTheHandComputedOne(float[] first, float[] second, double expected)
    {
        Assert.Equal(expected, RankCorrelation.Spearman(first, second)!.Value, 1e-12);
        Assert.Equal(expected, RankCorrelation.Spearman(second, first)!.Value, 1e-12);
    }

    [Fact]
    public void Spearman_AllValuesEqualOrNone_IsNull()
    {
        Assert.Null(RankCorrelation.Spearman([1, 2, 3], [7, 7, 7]));
        Assert.Null(RankCorrelation.Spearman([], []));
    }

    [Fact]
    public void Spearman_NaNOrOtherLength_Throws()
    {
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1, float.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => new HeatMap(1, 2, new[] { 1, float.NaN }));
        Assert.Throws<ArgumentException>(() => new HeatMap(2, 2, new float[3]));
    }

    /// <summary>Centres at half indices: four pixels of two lie at 0, 0.25, 0.75 and 1 of the way.</summary>
    [Fact]
    public void ResizedTo_TwiceAsWide_IsBilinearWithHalfPixelCentres()
    {
        Assert.Equal([0f, 1, 3, 4], new HeatMap(1, 2, new float[] { 0, 4 }).ResizedTo(1, 4).Values.ToArray());
    }

    [Fact]
    public void Between_SameMap_IsOneAndSymmetricForOthers()
    {
        var (first, second) = (RandomMap.Of(14, 12, 1), RandomMap.Of(14, 12, 2));

        Assert.Equal(1, StructuralSimilarity.Between(first, first, 1), 1e-12);
        Assert.Equal(StructuralSimilarity.Between(first, second, 1), StructuralSimilarity.Between(second, first, 1), 1e-12);
        Assert.InRange(StructuralSimilarity.Between(first, second, 1), -0.5, 0.5);
    }

    /// <summary>Of maps without variance the means alone are compared: (2·0.2·0.6 + 0.0001) / (0.04 + 0.36 + 0.0001).</summary>
    [Fact]
    public void Between_ConstantMaps_ComparesMeans()
    {
        Assert.Equal(0.2401 / 0.4001, StructuralSimilarity.Between(Constant(0.2f), Constant(0.6f), 1), 1e-6);
    }

    /// <summary>One window; a single 1 and a single 2 in its middle, whose weight w is 0.0707622: means w and 2w, variances v and 4v, covariance 2v.</summary>
    [Fact]
    public void Between_OnePointInTheMiddle_IsTheHandComputedOne()
    {
        var bell = Enumerable.Range(-5, 11).Sum(i => Math.Exp(-i * i / 4.5));
        var w = 1 / (bell * bell);
        var v = w - w * w;
        var expected = (4 * w * w + 1e-4) * (4 * v + 9e-4) / ((5 * w * w + 1e-4) * (5 * v + 9e-4));

        Assert.Equal(0.07076, w, 1e-4);
        Assert.Equal(expected, StructuralSimilarity.Between(Point(1), Point(2), 1), 1e-9);
    }

    [Fact]
    public void Between_MapSmallerThanTheWindow_Throws()
    {
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Between(RandomMap.Of(7, 7, 1), RandomMap.Of(7, 7, 1), 1));
    }

    [Fact]
    public void CentredBlob_OddSides_IsOneInTheMiddleAndSymmetric()
    {
        var values = CentredBlob.Of(3, 3, spread: 1.0 / 3).Values.ToArray();

        Assert.Equal(1, values[4]);
        Assert.Equal(Math.Exp(-0.5), values[1], 1e-6);
        Assert.Equal(Math.Exp(-1), values[8], 1e-6);
    }

    [Fact]
    public void RandomMap_SameSeed_IsTheSameMap()
    {
        Assert.Equal(RandomMap.Of(4, 5, 3).Values.ToArray(), RandomMap.Of(4, 5, 3).Values.ToArray());
        Assert.NotEqual(RandomMap.Of(4, 5, 3).Values.ToArray(), RandomMap.Of(4, 5, 4).Values.ToArray());
    }

    private static HeatMap Constant(float value) => new(11, 11, Enumerable.Repeat(value, 121).ToArray());

    private static HeatMap Point(float value)
    {
        var values = new float[121];
        values[60] = value;
        return new HeatMap(11, 11, values);
    }
}
