namespace GradCamGrpc.Cli.Auditing;

/// <summary>Which photos are worth a look.</summary>
internal static class WorstPhotos
{
    /// <summary>
    /// Where any photo has boxes, those with the least of the map inside of them, a blank map counting as none; else those whose class is
    /// the least probable.
    /// </summary>
    /// <returns>The worst first; of equal ones the less probable first.</returns>
    public static IReadOnlyList<AuditedPhoto> Of(IReadOnlyList<AuditedPhoto> photos, int count)
    {
        var hasBoxes = photos.Any(photo => photo.EnergyInside is not null);
        return [.. photos.OrderBy(photo => hasBoxes ? photo.EnergyInside ?? 0 : 0).ThenBy(photo => photo.Probability).Take(count)];
    }
}
