using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests;

public sealed class RankingTests
{
    [Theory]
    [InlineData(1, new[] { 3 })]
    [InlineData(4, new[] { 3, 0, 2, 4 })]
    [InlineData(5, new[] { 3, 0, 2, 4, 1 })]
    public void Top_K_AreTheLargestAndTiesKeepTheirOrder(int k, int[] expected)
    {
        Assert.Equal(expected, Ranking.Top([2, -1, 2, 7, 2], k));
    }

    [Fact]
    public void Top_NotANumber_IsLess()
    {
        Assert.Equal([2, 1], Ranking.Top([float.NaN, 1, 2], 2));
    }

    [Fact]
    public void RankOf_Class_IsItsPlaceAmongTheTop()
    {
        float[] logits = [2, -1, 2, 7, 2];

        Assert.Equal([1, 2, 3, 4, 5], Ranking.Top(logits, 5).Select(index => Ranking.RankOf(logits, index)));
    }

    /// <summary>e⁰, e¹ and e² over their sum 11.10734, by hand.</summary>
    [Fact]
    public void Softmax_ThreeLogits_IsTheHandComputedOne()
    {
        var probabilities = Ranking.Softmax([1, 2, 3]);

        Assert.Equal([0.09003, 0.24473, 0.66524], probabilities.Select(probability => Math.Round(probability, 5)));
    }

    [Fact]
    public void Softmax_HugeLogits_DoesNotOverflow()
    {
        Assert.Equal([0.5, 0.5, 0], Ranking.Softmax([1e30f, 1e30f, -1e30f]));
    }

    /// <summary>As above, and of a class whose probability is no number in double precision: -2000 - ln 1.</summary>
    [Fact]
    public void LogProbability_Class_IsTheLogarithmOfItsSoftmax()
    {
        Assert.Equal(Math.Log(0.24473), Ranking.LogProbability([1, 2, 3], 1), 1e-4);
        Assert.Equal(-2000, Ranking.LogProbability([1000, -1000], 1), 1e-9);
    }
}
