namespace GradCamGrpc.Training.Tests;

/// <summary>
/// Tests whose outcome depends on torch's generator. There is one for the process, and dropout takes it: nothing else may run meanwhile, not
/// even a test that builds a layer with random weights.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchRandomness
{
    public const string Name = "Torch's generator";
}
