namespace GradCamGrpc.Explain.Tests;

/// <summary>Something stands between the pooling and the linear layer: gradients are taken from the tape.</summary>
public sealed class CutNetworkTests() : CutNetworkBehaviour(hasLinearHead: false);
