namespace GradCamGrpc.Cli.Grounding;

/// <summary>A score of one photo, and what it loses where a fifth of the photo is covered.</summary>
/// <param name="Kind">What is scored: a kind of word, or of question.</param>
/// <param name="Most">Where its map is largest.</param>
/// <param name="Random">Anywhere.</param>
/// <param name="Least">Where its map is smallest.</param>
/// <param name="Other">Where maps of other things on the same photo are largest: their mean; null where there are none.</param>
internal sealed record GroundedScore(string Kind, double Most, double Random, double Least, double? Other)
{
    /// <param name="kind">What is scored.</param>
    /// <param name="losses">What it loses.</param>
    /// <param name="others">The scores whose maps are of other things.</param>
    public static GroundedScore Of(string kind, ScoreLosses losses, IEnumerable<int> others)
    {
        var elsewhere = others.Select(other => (double)losses.ByMap[other]).ToArray();
        return new GroundedScore(kind, losses.Most, losses.Random, losses.Least, elsewhere.Length > 0 ? elsewhere.Average() : null);
    }
}
