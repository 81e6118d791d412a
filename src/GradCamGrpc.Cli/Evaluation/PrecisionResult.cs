namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What faster ways of running a network change.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="PhotoCount">How many photos.</param>
/// <param name="Ways">The exact way, and the others.</param>
/// <param name="Bf16Objection">Why bf16 is not among them; null where it is.</param>
internal sealed record PrecisionResult(string Model, int PhotoCount, IReadOnlyList<PrecisionFigures> Ways, string? Bf16Objection);
