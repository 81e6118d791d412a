namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How well a method's maps tell where things are; shares from 0 to 1.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Localization">For each of <see cref="MapOutcome.Shares"/>, the photos whose box fits.</param>
/// <param name="Top1Localization">As that, and the network's first class is right, too.</param>
/// <param name="Pointing">The photos where the peak lies in a box.</param>
/// <param name="EnergyInside">How much of the maps lies in the boxes, the mean over the photos.</param>
internal sealed record MethodFigures(
    string Method, IReadOnlyList<double> Localization, IReadOnlyList<double> Top1Localization, double Pointing, double EnergyInside)
{
    public static MethodFigures Of(string method, IReadOnlyList<PhotoOutcome> photos)
    {
        var shares = Enumerable.Range(0, MapOutcome.Shares.Count).ToArray();
        return new MethodFigures(
            method,
            [.. shares.Select(share => Rates.Of(photos, photo => photo.Maps[method].Hits[share]))],
            [.. shares.Select(share => Rates.Of(photos, photo => photo.Maps[method].Hits[share] && photo.IsClassRight))],
            Rates.Of(photos, photo => photo.Maps[method].Points),
            photos.Average(photo => photo.Maps[method].EnergyInside));
    }
}
