namespace GradCamGrpc.Cli.Evaluation;

/// <summary>What is asked about telling classes apart.</summary>
/// <param name="Pairs">How many pairs of photos are put side by side, at most.</param>
/// <param name="KnownRank">A pair is used where both classes are among so many first.</param>
/// <param name="Seed">Which pairs are drawn.</param>
internal sealed record DiscriminationQuestion(int Pairs, int KnownRank, int Seed);
