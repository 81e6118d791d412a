namespace GradCamGrpc.Explain.Evidence;

/// <summary>What the pixels of an image are inserted into.</summary>
public enum InsertionCanvas
{
    /// <summary>A blurred copy of the image: what an inserted pixel adds is detail, not an edge against grey.</summary>
    Blurred,

    /// <summary>Grey, 0 in the network's input.</summary>
    Grey,
}
