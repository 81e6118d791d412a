namespace GradCamGrpc.Cli.Evaluation;

/// <summary>
/// The method and share that are best on every other photo, and how good they are on those that had no say in it: chosen and measured on the
/// same photos, a figure flatters.
/// </summary>
/// <param name="Method">The method's name.</param>
/// <param name="Share">The share of the maximum.</param>
/// <param name="Chosen">The photos whose box fits, of the first, third, fifth … photo; 0 to 1.</param>
/// <param name="HeldOut">The same of the others; 0 to 1.</param>
internal sealed record HeldOutChoice(string Method, double Share, double Chosen, double HeldOut)
{
    /// <param name="methods">The names of the methods; at least one.</param>
    /// <param name="photos">In the order of their file names.</param>
    public static HeldOutChoice Of(IReadOnlyList<string> methods, IReadOnlyList<PhotoOutcome> photos)
    {
        var odd = photos.Where((_, i) => i % 2 == 0).ToArray();
        var even = photos.Where((_, i) => i % 2 == 1).ToArray();
        return methods
            .SelectMany(method => MapOutcome.Shares.Select((share, i) => new HeldOutChoice(
                method, share, Rates.Of(odd, photo => photo.Maps[method].Hits[i]), Rates.Of(even, photo => photo.Maps[method].Hits[i]))))
            .MaxBy(choice => choice.Chosen)!;
    }
}
