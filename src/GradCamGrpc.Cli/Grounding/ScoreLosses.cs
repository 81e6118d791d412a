namespace GradCamGrpc.Cli.Grounding;

/// <summary>What a score loses where a fifth of the photo is covered.</summary>
/// <param name="ByMap">Where each score's map is largest, this one's included.</param>
/// <param name="Own">The place of this score's own map among them.</param>
/// <param name="Least">Where its own map is smallest.</param>
/// <param name="Random">Anywhere: the mean of several random places.</param>
internal sealed record ScoreLosses(IReadOnlyList<float> ByMap, int Own, double Least, double Random)
{
    /// <summary>Where its own map is largest.</summary>
    public double Most => ByMap[Own];
}
