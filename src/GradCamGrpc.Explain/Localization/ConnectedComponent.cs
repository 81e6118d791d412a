namespace GradCamGrpc.Explain.Localization;

/// <summary>Pixels of a mask that hang together.</summary>
/// <param name="Box">The smallest box around them.</param>
/// <param name="PixelCount">How many they are, 1 or more.</param>
public sealed record ConnectedComponent(BoundingBox Box, int PixelCount);
