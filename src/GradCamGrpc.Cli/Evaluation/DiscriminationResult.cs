namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How far a model's maps tell classes apart.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layer">Where maps were made.</param>
/// <param name="Seed">Which pairs were drawn.</param>
/// <param name="PairCount">How many pairs of photos were put side by side.</param>
/// <param name="KnownPairCount">How many of these the network knew both of; the figures are of them.</param>
/// <param name="KnownRank">It knows a class that is among so many first.</param>
/// <param name="Methods">Each method's figures, and those of a map that knows nothing.</param>
internal sealed record DiscriminationResult(
    string Model, string Layer, int Seed, int PairCount, int KnownPairCount, int KnownRank, IReadOnlyList<DiscriminationFigures> Methods);
