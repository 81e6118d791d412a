using GradCamGrpc.Training.Optimisation;

namespace GradCamGrpc.Training.Tests.Optimisation;

public sealed class LearningRateTests
{
    /// <summary>Four steps up to 0.8, then half a cosine over eight: at its quarter cos 45° = 0.7071.</summary>
    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(3, 0.8)]
    [InlineData(4, 0.8)]
    [InlineData(6, 0.4 * (1 + 0.70710678))]
    [InlineData(8, 0.4)]
    [InlineData(12, 0)]
    public void At_Step_RisesThenFallsAlongACosine(long step, double expected) =>
        Assert.Equal(expected, new LearningRate(Peak: 0.8, WarmUpSteps: 4, Steps: 12).At(step), 1e-8);

    [Theory]
    [InlineData(2, 4, 8)]
    [InlineData(5, 4, 20)]
    public void Of_SeveralEpochs_RisesForTheFirst(int epochs, long warmUp, long steps) =>
        Assert.Equal(new LearningRate(0.8, warmUp, steps), LearningRate.Of(0.8, stepsPerEpoch: 4, epochs));

    /// <summary>Four steps up to 0.8, then half a cosine over four: at its last step cos 135° = -0.7071.</summary>
    [Fact]
    public void Of_OneEpoch_RisesForHalfOfItAndFalls()
    {
        var rate = LearningRate.Of(0.8, stepsPerEpoch: 8, epochs: 1);

        Assert.Equal(0.8, rate.At(3), 1e-8);
        Assert.Equal(0.4 * (1 - 0.70710678), rate.At(7), 1e-8);
    }

    [Fact]
    public void Of_OneStep_TakesItAtThePeak() => Assert.Equal(0.8, LearningRate.Of(0.8, stepsPerEpoch: 1, epochs: 1).At(0), 1e-8);
}
