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
}
