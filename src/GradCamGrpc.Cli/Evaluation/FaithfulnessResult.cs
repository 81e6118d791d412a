namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How faithful a model's maps are.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layer">Where maps were made.</param>
/// <param name="PhotoCount">On how many photos.</param>
/// <param name="Steps">Steps of the curves.</param>
/// <param name="Methods">Each method's figures, and those of maps that know nothing.</param>
internal sealed record FaithfulnessResult(
    string Model, string Layer, int PhotoCount, int Steps, IReadOnlyList<FaithfulnessFigures> Methods);
