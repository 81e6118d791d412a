using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Three classes of two channels: the linear layer's rows are (1, 2), (3, 5) and (-4, 7).</summary>
public sealed class MeanGradientsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _outputs = tensor(new float[] { 10, 20, 30, 1, 2, 3 }, [2, 3]);
    private readonly Tensor _head = tensor(new float[] { 1, 2, 3, 5, -4, 7 }, [3, 2]);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_SumsOfLogits_AreThoseOfOutputsAndRows()
    {
        var weighted = new ScoreTarget(ScoreLink.Logit, [(1, 0.5f), (2, 2)]);

        var gradients = MeanGradients.Of(_outputs, _head, [ScoreTarget.Contrast(0, 2), weighted])!;

        Assert.Equal([10 - 30, 0.5f * 2 + 2 * 3], gradients.Scores);

        // At three positions: a channel alone each, and both. The rows are (1, 2) - (-4, 7), and 0.5 (3, 5) + 2 (-4, 7).
        float[] activations = [1, 0, 0, 1, 2, 3];
        Assert.Equal([5, -5, -5], gradients.Map(0, activations, scale: 1));
        Assert.Equal([-6.5f / 2, 16.5f / 2, 36.5f / 2], gradients.Map(1, activations, scale: 0.5f));
    }

    [Fact]
    public void Of_RowWithoutATarget_HasAScoreOfZero()
    {
        var gradients = MeanGradients.Of(_outputs, _head, [null, ScoreTarget.Of(1)])!;

        Assert.Equal([0, 2], gradients.Scores);
    }

    [Fact]
    public void IsFlat_Terms_OnlyWhereTheyCancelOut()
    {
        var nothing = new ScoreTarget(ScoreLink.Logit, [(1, 1), (1, -1)]);

        var gradients = MeanGradients.Of(_outputs, _head, [nothing, ScoreTarget.Of(1)])!;

        Assert.True(gradients.IsFlat(0));
        Assert.False(gradients.IsFlat(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Of_ClassOfNoOutput_Throws(int index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MeanGradients.Of(_outputs, _head, [ScoreTarget.Of(index), null]));

    [Theory]
    [InlineData(ScoreLink.Probability)]
    [InlineData(ScoreLink.LogProbability)]
    public void Of_ScoreOfAllOutputs_IsNone(ScoreLink link) =>
        Assert.Null(MeanGradients.Of(_outputs, _head, [ScoreTarget.Of(1), ScoreTarget.Of(1, link)]));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Of_ManyMaps_IsNone(int maps, bool isSome) => Assert.Equal(
        isSome, MeanGradients.Of(_outputs.narrow(0, 0, 1).expand(maps, -1).contiguous(), _head, [.. Enumerable.Repeat(ScoreTarget.Of(1), maps)]) is not null);

    [Fact]
    public void Of_ValuesAreNotPlain_IsNone()
    {
        ScoreTarget[] targets = [ScoreTarget.Of(0), ScoreTarget.Of(1)];

        Assert.Null(MeanGradients.Of(_outputs.to(bfloat16), _head, targets));
        Assert.Null(MeanGradients.Of(_outputs, _head.t().contiguous().t(), targets));
    }
}
