namespace GradCamGrpc.FunctionalTests;

/// <summary>Tests of what the whole process has, its tensors and gauges: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
