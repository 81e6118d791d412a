using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Cli.Grounding;

/// <summary>What scores of a kind lose where a fifth of the photo is covered: means with their 95 % intervals.</summary>
/// <param name="Kind">What is scored.</param>
/// <param name="Count">How many scores.</param>
/// <param name="Most">Where the score's map is largest.</param>
/// <param name="Random">Anywhere.</param>
/// <param name="Least">Where the score's map is smallest.</param>
/// <param name="Other">Where maps of other things on the same photo are largest; null where there never were any.</param>
/// <param name="MostOverRandom">The difference of <see cref="Most"/> and <see cref="Random"/>, score by score.</param>
/// <param name="MostOverOther">The difference of <see cref="Most"/> and <see cref="Other"/>, score by score.</param>
internal sealed record GroundingFigures(
    string Kind,
    int Count,
    BootstrapInterval Most,
    BootstrapInterval Random,
    BootstrapInterval Least,
    BootstrapInterval? Other,
    BootstrapInterval MostOverRandom,
    BootstrapInterval? MostOverOther)
{
    private const int Seed = 1;

    /// <param name="photos">The scores of each photo.</param>
    /// <returns>The figures of each kind, the kinds in the order of their names.</returns>
    public static IReadOnlyList<GroundingFigures> ByKind(IReadOnlyList<IReadOnlyList<GroundedScore>> photos) =>
    [
        .. photos.SelectMany(photo => photo).Select(score => score.Kind).Distinct().Order(StringComparer.Ordinal).Select(kind =>
            Of(kind, [.. photos.Select(photo => photo.Where(score => score.Kind == kind).ToArray())])),
    ];

    private static GroundingFigures Of(string kind, GroundedScore[][] photos) => new(
        kind,
        photos.Sum(photo => photo.Length),
        Mean(photos, score => score.Most)!,
        Mean(photos, score => score.Random)!,
        Mean(photos, score => score.Least)!,
        Mean(photos, score => score.Other),
        Mean(photos, score => score.Most - score.Random)!,
        Mean(photos, score => score.Most - score.Other));

    /// <summary>Scores of one photo depend on each other.</summary>
    private static BootstrapInterval? Mean(GroundedScore[][] photos, Func<GroundedScore, double?> value)
    {
        double[][] groups = [.. photos.Select(photo => photo.Select(value).OfType<double>().ToArray()).Where(values => values.Length > 0)];
        return groups.Length > 0 ? BootstrapInterval.OfGroups(groups, Seed) : null;
    }
}
