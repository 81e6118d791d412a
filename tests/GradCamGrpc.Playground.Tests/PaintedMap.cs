namespace GradCamGrpc.Playground.Tests;

/// <summary>What is painted on a canvas.</summary>
/// <param name="Picture">All of it, as a data URL.</param>
/// <param name="Coloured">Pixels that are not clear.</param>
internal sealed record PaintedMap(string Picture, int Coloured);
