namespace GradCamGrpc.Explain.Tests;

/// <summary>The pooling's output goes straight into the linear layer: in front of it gradients are taken from that layer's weights.</summary>
public sealed class CutNetworkWithLinearHeadTests() : CutNetworkBehaviour(hasLinearHead: true);
