using TorchSharp;
using static TorchSharp.torch;
using AdamW = GradCamGrpc.Training.Optimisation.AdamW;
using Linear = TorchSharp.Modules.Linear;

namespace GradCamGrpc.Training.Tests.Optimisation;

public sealed class AdamWTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Linear _layer = nn.Linear(1, 1);

    public void Dispose()
    {
        _layer.Dispose();
        _scope.Dispose();
    }

    /// <summary>
    /// Loss 3·w + 5·b: gradients 3 and 5 at every step, so that mean / sqrt(variance) is 1 after the corrections, whatever the decays: each
    /// step takes 0.1, and the weight, a matrix, a tenth of 0.1 of itself besides. 2 → 2·0.99 − 0.1 = 1.88 → 1.88·0.99 − 0.1 = 1.7612.
    /// </summary>
    [Fact]
    public void Step_ConstantGradients_TakesTheLearningRateAndDecaysMatricesAlone()
    {
        Set(weight: 2, bias: 1);
        using var optimiser = new AdamW(_layer, weightDecay: 0.1);

        Step(optimiser, 3, 5);
        Step(optimiser, 3, 5);

        Assert.Equal(1.7612, _layer.weight!.item<float>(), 1e-5);
        Assert.Equal(0.8, _layer.bias!.item<float>(), 1e-5);
    }

    /// <summary>
    /// Gradients 1, then −1. Mean: 0.1, then 0.9·0.1 − 0.1 = −0.01, corrected by 1 − 0.81 = 0.19: −0.0526316. Variance: 0.02, then
    /// 0.98·0.02 + 0.02 = 0.0396, corrected by 1 − 0.9604 = 0.0396: 1. So the steps are −0.1 and +0.00526316.
    /// </summary>
    [Fact]
    public void Step_GradientTurns_FollowsTheRunningMean()
    {
        Set(weight: 0, bias: 0);
        using var optimiser = new AdamW(_layer, weightDecay: 0);

        Step(optimiser, 1, 0);
        Step(optimiser, -1, 0);

        Assert.Equal(-0.1 + 0.00526316, _layer.weight!.item<float>(), 1e-6);
    }

    [Fact]
    public void AdamW_AnyModule_HasEachParameterOnce()
    {
        using var optimiser = new AdamW(_layer, weightDecay: 0);

        Assert.Equal(["mean.bias", "mean.weight", "variance.bias", "variance.weight"], optimiser.State.Select(pair => pair.Name).Order(StringComparer.Ordinal));
    }

    private void Step(AdamW optimiser, float weightGradient, float biasGradient)
    {
        var loss = (_layer.weight! * tensor(weightGradient)).sum() + (_layer.bias! * tensor(biasGradient)).sum();
        loss.backward();
        optimiser.Step(0.1);
    }

    private void Set(float weight, float bias)
    {
        using var noTape = no_grad();
        _layer.weight!.fill_(weight);
        _layer.bias!.fill_(bias);
    }
}
