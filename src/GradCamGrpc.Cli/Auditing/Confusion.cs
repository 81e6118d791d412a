namespace GradCamGrpc.Cli.Auditing;

/// <summary>Photos of one class that the network takes for another.</summary>
/// <param name="ClassIndex">What they are labelled as.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">What the network takes them for.</param>
/// <param name="PredictedLabel">Its label.</param>
/// <param name="PhotoCount">How many.</param>
/// <param name="Share">Of the class's photos, 0 to 1.</param>
internal sealed record Confusion(int ClassIndex, string Label, int Predicted, string PredictedLabel, int PhotoCount, double Share)
{
    private const int Most = 20;

    /// <summary>The pairs of most photos, those first; of equal ones by the classes' indices.</summary>
    public static IReadOnlyList<Confusion> Of(IReadOnlyList<AuditedPhoto> photos)
    {
        var counts = photos.CountBy(photo => photo.ClassIndex).ToDictionary();
        return
        [
            .. photos
                .Where(photo => !photo.IsRight)
                .GroupBy(photo => (photo.ClassIndex, photo.Predicted))
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
                .Take(Most)
                .Select(group => Of([.. group], counts[group.Key.ClassIndex])),
        ];
    }

    private static Confusion Of(AuditedPhoto[] photos, int ofClass) => new(
        photos[0].ClassIndex, photos[0].Label, photos[0].Predicted, photos[0].PredictedLabel, photos.Length, (double)photos.Length / ofClass);
}
