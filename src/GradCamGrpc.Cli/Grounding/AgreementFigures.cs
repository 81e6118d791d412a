using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>Whether the map of a noun belongs to the noun: mean rank correlations with their 95 % intervals.</summary>
/// <param name="PhotoCount">The photos of which two captions share two nouns.</param>
/// <param name="SameNoun">Of the same noun in two captions.</param>
/// <param name="OtherNoun">Of different nouns, one in each of the two captions.</param>
/// <param name="OneCaption">Of different nouns in one caption.</param>
internal sealed record AgreementFigures(int PhotoCount, BootstrapInterval SameNoun, BootstrapInterval OtherNoun, BootstrapInterval OneCaption)
{
    private const int Seed = 1;

    /// <returns>Null where there is nothing to compare.</returns>
    public static AgreementFigures? Of(IEnumerable<MapAgreement> photos)
    {
        var compared = photos.Where(photo => photo is { SameNoun.Count: > 0, OtherNoun.Count: > 0, OneCaption.Count: > 0 }).ToArray();
        return compared.Length == 0
            ? null
            : new AgreementFigures(
                compared.Length,
                BootstrapInterval.OfGroups([.. compared.Select(photo => photo.SameNoun)], Seed),
                BootstrapInterval.OfGroups([.. compared.Select(photo => photo.OtherNoun)], Seed),
                BootstrapInterval.OfGroups([.. compared.Select(photo => photo.OneCaption)], Seed));
    }
}
