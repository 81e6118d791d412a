namespace GradCamGrpc.Training;

/// <summary>How far training has come.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The mean loss of the latest steps.</param>
public sealed record TrainingProgress(long Step, long Steps, double Loss);
