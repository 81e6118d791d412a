namespace GradCamGrpc.Training.Optimisation;

/// <summary>A learning rate that rises for a while, then falls along a cosine (Loshchilov and Hutter 2017).</summary>
/// <param name="Peak">Its largest value.</param>
/// <param name="WarmUpSteps">How many steps it rises.</param>
/// <param name="Steps">How many steps there are in all; at the last it is near zero.</param>
internal sealed record LearningRate(double Peak, long WarmUpSteps, long Steps)
{
    /// <summary>A rate that rises for the first epoch; where that is more than half of all steps, for half of them.</summary>
    public static LearningRate Of(double peak, int stepsPerEpoch, int epochs)
    {
        var steps = (long)stepsPerEpoch * epochs;
        return new LearningRate(peak, Math.Min(stepsPerEpoch, steps / 2), steps);
    }

    /// <summary>Its value at a step, counted from 0.</summary>
    public double At(long step) => step < WarmUpSteps
        ? Peak * (step + 1) / WarmUpSteps
        : Peak * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(Steps - WarmUpSteps, 1))) / 2;
}
