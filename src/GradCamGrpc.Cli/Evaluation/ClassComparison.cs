using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>How alike the maps of two classes on one photo are.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layer">Where maps were made.</param>
/// <param name="Photo">The photo.</param>
/// <param name="First">The first class.</param>
/// <param name="Second">The second class.</param>
/// <param name="Methods">Each method's figure.</param>
internal sealed record ClassComparison(
    string Model, string Layer, string Photo, ComparedClass First, ComparedClass Second, IReadOnlyList<ComparedMaps> Methods)
{
    /// <summary>Compares them, on the calling thread.</summary>
    /// <param name="subject">One photo.</param>
    /// <param name="first">The first class.</param>
    /// <param name="second">The second class.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">The photo will not do, or a map is not finite.</exception>
    public static ClassComparison Of(EvaluationSubject subject, int first, int second, CancellationToken cancellation)
    {
        var network = subject.Network;
        using var photo = LoadedPhoto.Load(subject.Photos[0], network.Preprocessor);
        var maps = new List<(string Method, HeatMap Heat)>();
        var outputs = network.Explain(
            [photo.Input],
            [[first, second]],
            subject.Methods,
            (_, _, map) => maps.Add((map.Method.Name, HeatMap.Of(map.Checked(photo.Photo.Path)).ResizedTo(network.InputHeight, network.InputWidth))),
            cancellation)[0].Checked(photo.Photo.Path);
        return new ClassComparison(
            subject.Model,
            network.Layer,
            photo.Photo.Path,
            Class(first),
            Class(second),
            [.. maps.GroupBy(map => map.Method, (method, pair) => ComparedMaps.Of(method, [.. pair.Select(map => map.Heat)]))]);

        ComparedClass Class(int index) => new(index, subject.Labels.Labels[index], outputs.Rank(index), outputs.Probability(index));
    }
}
