namespace GradCamGrpc.Cli.Grounding;

/// <summary>Rank correlations of maps of one photo, of nouns that two people's captions share.</summary>
/// <param name="SameNoun">Of the same noun in the two captions.</param>
/// <param name="OtherNoun">Of different nouns, one in each of the two captions.</param>
/// <param name="OneCaption">Of different nouns in the same caption.</param>
internal sealed record MapAgreement(IReadOnlyList<double> SameNoun, IReadOnlyList<double> OtherNoun, IReadOnlyList<double> OneCaption)
{
    /// <summary>Nothing to compare.</summary>
    public static MapAgreement None { get; } = new([], [], []);
}
