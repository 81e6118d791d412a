namespace GradCamGrpc.Explain.Cuts;

/// <summary>A layer at which the graph can be cut: its output is a stack of maps.</summary>
/// <param name="Name">Its dotted name in the network, such as <c>blocks.4.2</c>.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">h, in positions.</param>
/// <param name="Width">w, in positions.</param>
public sealed record CutLayer(string Name, int Channels, int Height, int Width);
