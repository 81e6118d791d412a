namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How far maps change while their network is destroyed.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layer">Where maps were made.</param>
/// <param name="PhotoCount">On how many photos.</param>
/// <param name="ModuleCount">How many modules there are to randomize.</param>
/// <param name="Checkpoints">The comparisons; at the last one all modules are random.</param>
internal sealed record SanityResult(string Model, string Layer, int PhotoCount, int ModuleCount, IReadOnlyList<SanityFigures> Checkpoints);
