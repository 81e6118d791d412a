namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Shares of photos.</summary>
internal static class Rates
{
    /// <summary>The share of the photos of which something is true, 0 to 1; 0 where there are none.</summary>
    public static double Of(IReadOnlyCollection<PhotoOutcome> photos, Func<PhotoOutcome, bool> isTrue) =>
        photos.Count == 0 ? 0 : (double)photos.Count(isTrue) / photos.Count;
}
