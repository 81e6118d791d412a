namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How well a model's maps tell where things are; shares from 0 to 1.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layer">Where maps were made.</param>
/// <param name="PhotoCount">On how many photos.</param>
/// <param name="Top1">The photos whose class is the network's first.</param>
/// <param name="Methods">Each method's figures.</param>
/// <param name="Baselines">What is reached without a network.</param>
/// <param name="Choice">The best method and share, on photos that had no say.</param>
internal sealed record LocalizationResult(
    string Model, string Layer, int PhotoCount, double Top1, IReadOnlyList<MethodFigures> Methods, LocalizationBaselines Baselines, HeldOutChoice Choice);
