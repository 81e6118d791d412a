namespace GradCamGrpc.Cli.Auditing;

/// <summary>What came of the photos of one class; shares from 0 to 1.</summary>
/// <param name="ClassIndex">The class.</param>
/// <param name="Label">Its label.</param>
/// <param name="PhotoCount">How many photos of it could be used; at least one.</param>
/// <param name="Top1">Those where it is the network's first class.</param>
/// <param name="MeanProbability">The mean of its probability.</param>
/// <param name="EnergyInside">How much of the maps lies in the boxes, the mean over the photos that have both; null where none has.</param>
/// <param name="BoxArea">How much of the photos lies in the boxes, the mean: what even maps would have inside; null without boxes.</param>
/// <param name="BorderEnergy">How much of the maps lies in the border, the mean; null where all are blank.</param>
/// <param name="BlankMaps">Photos in which nothing speaks for the class.</param>
/// <param name="Worst">The files of the worst photos, the worst first.</param>
internal sealed record ClassAudit(
    int ClassIndex,
    string Label,
    int PhotoCount,
    double Top1,
    double MeanProbability,
    double? EnergyInside,
    double? BoxArea,
    double? BorderEnergy,
    int BlankMaps,
    IReadOnlyList<string> Worst)
{
    private const int WorstCount = 3;

    /// <param name="photos">All of one class; at least one.</param>
    public static ClassAudit Of(IReadOnlyList<AuditedPhoto> photos) => new(
        photos[0].ClassIndex,
        photos[0].Label,
        photos.Count,
        (double)photos.Count(photo => photo.IsRight) / photos.Count,
        photos.Average(photo => photo.Probability),
        photos.Average(photo => photo.EnergyInside),
        photos.Average(photo => photo.BoxArea),
        photos.Average(photo => photo.BorderEnergy),
        photos.Count(photo => photo.IsBlank),
        [.. WorstPhotos.Of(photos, WorstCount).Select(photo => photo.File)]);
}
