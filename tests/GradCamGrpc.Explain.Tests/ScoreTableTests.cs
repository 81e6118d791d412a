using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Explain.Tests;

/// <summary>Scores of several classes together.</summary>
public sealed class ScoreTableTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The softmax of 0, ln 2, ln 5 is 1/8, 2/8, 5/8.</summary>
    [Theory]
    [InlineData(ScoreLink.Logit, 2 * 0.0 - 0.5 * 1.6094379)]
    [InlineData(ScoreLink.Probability, 2 * 0.125 - 0.5 * 0.625)]
    [InlineData(ScoreLink.LogProbability, 2 * -2.0794415 - 0.5 * -0.4700036)]
    public void Evaluate_WeightedSum_IsThatOfTheLinkedOutputs(ScoreLink link, double expected)
    {
        var outputs = tensor([0f, MathF.Log(2), MathF.Log(5)]).reshape(1, 3);

        var score = ScoreTable.Evaluate(outputs, [new ScoreTarget(link, [(0, 2), (2, -0.5f)])]);

        Assert.Equal((float)expected, score[0].item<float>(), 1e-6f);
    }

    /// <summary>The softmax p of 0, ln 2, ln 5 is 1/8, 2/8, 5/8; by hand, with weights w: of p, p(w − Σwp); of ln p, w − pΣw.</summary>
    [Theory]
    [InlineData(ScoreLink.Logit, 2.0, 0.0, -0.5)]
    [InlineData(ScoreLink.Probability, 33 / 128.0, 1 / 64.0, -35 / 128.0)]
    [InlineData(ScoreLink.LogProbability, 29 / 16.0, -3 / 8.0, -23 / 16.0)]
    public void Differentiate_WeightedSum_GivesItsScoreAndItsDerivatives(ScoreLink link, double first, double second, double third)
    {
        var outputs = tensor([0f, MathF.Log(2), MathF.Log(5)]).reshape(1, 3);
        ScoreTarget target = new(link, [(0, 2), (2, -0.5f)]);

        var (scores, gradients) = Differentiate(outputs, [target]);

        Assert.Equal(ScoreTable.Evaluate(outputs, [target])[0].item<float>(), scores[0].item<float>(), 1e-6f);
        Assert.Equal([first, second, third], TensorValues.Floats(gradients).Select(value => (double)value), (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void Differentiate_RowsOfSeveralLinksAndOneOfNone_IsWhatTheTapeSays()
    {
        var outputs = randn([4, 6], generator: new Generator(1)).requires_grad_();
        ScoreTarget?[] targets =
        [
            ScoreTarget.Of(2, ScoreLink.Probability), null, ScoreTarget.Contrast(0, 5), new(ScoreLink.LogProbability, [(1, 1), (3, -2), (1, 0.5f)]),
        ];
        var onTape = ScoreTable.Evaluate(outputs, targets);
        var expected = autograd.grad([onTape.sum()], [outputs])[0];

        var (scores, gradients) = Differentiate(outputs.detach(), targets);

        Assert.True(scores.allclose(onTape.detach(), rtol: 0, atol: 1e-6));
        Assert.True(gradients.allclose(expected, rtol: 0, atol: 1e-6));
        Assert.False(gradients[1].any().item<bool>());
    }

    [Fact]
    public void Differentiate_RowsOfLogits_IsWhatTheTapeSaysOfTheirClassesAlone()
    {
        var outputs = randn([4, 6], generator: new Generator(1)).requires_grad_();
        ScoreTarget?[] targets = [ScoreTarget.Of(4), null, ScoreTarget.Contrast(0, 5), new(ScoreLink.Logit, [(4, 0.5f), (2, -3), (4, 1)])];
        var onTape = ScoreTable.Evaluate(outputs, targets);
        var expected = autograd.grad([onTape.sum()], [outputs])[0];

        var (scores, gradients, classes) = ScoreTable.Differentiate(outputs.detach(), targets);

        Assert.True(scores.allclose(onTape.detach(), rtol: 0, atol: 1e-6));
        Assert.Equal([0, 2, 4, 5], classes!.data<long>().Order());
        Assert.True(gradients.allclose(expected.index_select(1, classes), rtol: 0, atol: 1e-6));
    }

    /// <summary>A class that there is not must not be taken for another one's column.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void Differentiate_ClassThatThereIsNot_IsRefused(int classIndex)
    {
        var outputs = zeros(1, 6);

        Assert.Throws<ArgumentOutOfRangeException>(() => ScoreTable.Differentiate(outputs, [ScoreTarget.Of(classIndex)]));
    }

    /// <summary>Either term is there to the last digit when the other class is at 0, and the larger one decides when it is not.</summary>
    [Theory]
    [InlineData(3, 0, 3e8)]
    [InlineData(0, 3, 3e-8)]
    [InlineData(3, 3, 3e8)]
    public void Evaluate_WeightsOfVeryDifferentMagnitude_AreNotLost(float one, float other, double expected)
    {
        var outputs = tensor([one, other]).reshape(1, 2);

        var score = ScoreTable.Evaluate(outputs, [new ScoreTarget(ScoreLink.Logit, [(0, 1e8f), (1, 1e-8f)])]).item<float>();

        Assert.Equal(1, score / expected, 1e-6);
    }

    /// <summary>By linearity a sum of logits has the sum of the maps, at a layer with a linear head and at one without.</summary>
    [Theory]
    [InlineData("act3")]
    [InlineData("branch")]
    public void Explain_WeightedSumOfLogits_IsTheSumOfTheMaps(string layer)
    {
        using var network = new SmallNetwork(seed: 3, hasLinearHead: true);
        var cut = new CutNetwork(network, SmallNetwork.Images(1, seed: 9));
        ScoreTarget[] targets =
        [
            ScoreTarget.Of(0), ScoreTarget.Of(2), ScoreTarget.Of(5), new(ScoreLink.Logit, [(0, 1), (2, -0.5f), (5, 20)]),
        ];
        var maps = new SaliencyMap[4];

        cut.Forward(SmallNetwork.Images(1), [new ImageQuery([cut.Layers[layer]], 4)])
            .Explain([targets], [[new GradCam()]], (_, target, map) => maps[target] = map);

        Assert.Equal(maps[0].Score - 0.5f * maps[1].Score + 20 * maps[2].Score, maps[3].Score, 1e-4f);
        var largest = maps[3].Values.ToArray().Max(Math.Abs);
        for (var i = 0; i < maps[3].Values.Length; i++)
        {
            var expected = maps[0].Values.Span[i] - 0.5f * maps[1].Values.Span[i] + 20 * maps[2].Values.Span[i];
            Assert.Equal(expected, maps[3].Values.Span[i], 1e-5f * largest);
        }
    }

    /// <returns>The scores, and dScore/dOutputs of all outputs.</returns>
    private static (Tensor Scores, Tensor Gradients) Differentiate(Tensor outputs, IReadOnlyList<ScoreTarget?> targets)
    {
        var (scores, gradients, classes) = ScoreTable.Differentiate(outputs, targets);
        return (scores, classes is null ? gradients : zeros_like(outputs).index_add_(1, classes, gradients, 1));
    }
}
