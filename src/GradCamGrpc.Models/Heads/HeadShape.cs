namespace GradCamGrpc.Models.Heads;

/// <summary>How large a head is.</summary>
/// <param name="Width">The width d of everything that flows through it.</param>
/// <param name="AttentionHeads">Into how many parts attention cuts that width.</param>
/// <param name="Layers">How many layers look at the photo.</param>
/// <param name="MaxWords">The longest sentence, in words.</param>
public sealed record HeadShape(int Width, int AttentionHeads, int Layers, int MaxWords);
