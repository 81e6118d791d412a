namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How far a method's maps tell classes apart.</summary>
/// <param name="Method">The method's name, or in brackets that of a map that knows nothing.</param>
/// <param name="Correlation">The rank correlation of the two maps of a picture, the mean over the pictures that have one; null where none has.</param>
/// <param name="OwnHalf">The share of the maps that have more than half of their energy in their class's half, 0 to 1; a blank map has not.</param>
/// <param name="OwnHalfEnergy">How much of a map lies in its class's half, the mean over the maps that are not blank; null where all are.</param>
/// <param name="BlankMaps">Maps of which nothing is positive.</param>
internal sealed record DiscriminationFigures(string Method, double? Correlation, double OwnHalf, double? OwnHalfEnergy, int BlankMaps)
{
    /// <param name="method">The method's name.</param>
    /// <param name="pictures">At least one.</param>
    public static DiscriminationFigures Of(string method, IReadOnlyList<Discrimination> pictures)
    {
        double?[] energies = [.. pictures.SelectMany(picture => new[] { picture.LeftEnergy, picture.RightEnergy })];
        return new DiscriminationFigures(
            method,
            pictures.Average(picture => picture.Correlation),
            (double)energies.Count(energy => energy > 0.5) / energies.Length,
            energies.Average(),
            energies.Count(energy => energy is null));
    }
}
