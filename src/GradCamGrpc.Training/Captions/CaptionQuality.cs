using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Captions;

/// <summary>How good a model's captions are.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Split">The split of the data.</param>
/// <param name="PhotoCount">Photos that were captioned.</param>
/// <param name="Beams">Beams of the search.</param>
/// <param name="Scores">The figures.</param>
public sealed record CaptionQuality(string Model, string Split, int PhotoCount, int Beams, CaptionScores Scores);
