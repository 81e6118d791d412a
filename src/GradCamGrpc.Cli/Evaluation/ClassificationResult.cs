namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How often a network finds what is on photos.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="PhotoCount">How many photos.</param>
/// <param name="ClassCount">Of how many classes they are.</param>
/// <param name="Views">As a server looks at photos, and the whole of them resized to the input.</param>
internal sealed record ClassificationResult(string Model, int PhotoCount, int ClassCount, IReadOnlyList<ClassificationFigures> Views);
