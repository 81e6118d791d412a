namespace GradCamGrpc.Explain.Cuts;

/// <summary>A layer at which the graph can be cut: its output is a stack of maps.</summary>
/// <param name="Name">Its dotted name in the network, such as <c>blocks.4.2</c>.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">h, in positions.</param>
/// <param name="Width">w, in positions.</param>
/// <param name="FeedsLinearHead">Whether the network's outputs are a linear layer's, of this layer's spatial mean and nothing else.</param>
public sealed record CutLayer(string Name, int Channels, int Height, int Width, bool FeedsLinearHead = false)
{
    /// <summary>h·w.</summary>
    public int Positions => Height * Width;

    /// <summary>Whether another layer's output is as large.</summary>
    public bool HasSizeOf(CutLayer other) => (Channels, Height, Width) == (other.Channels, other.Height, other.Width);
}
