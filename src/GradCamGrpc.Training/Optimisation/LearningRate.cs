namespace GradCamGrpc.Training.Optimisation;

/// <summary>A learning rate that rises for a while, then falls along a cosine (Loshchilov and Hutter 2017).</summary>
/// <param name="Peak">Its largest value.</param>
/// <param name="WarmUpSteps">How many steps it rises.</param>
/// <param name="Steps">How many steps there are in all; at the last it is near zero.</param>
internal sealed record LearningRate(double Peak, long WarmUpSteps, long Steps)
{
    /// <summary>Its value at a step, counted from 0.</summary>
    public double At(long step) => step < WarmUpSteps
        ? Peak * (step + 1) / WarmUpSteps
        : Peak * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(Steps - WarmUpSteps, 1))) / 2;
}
