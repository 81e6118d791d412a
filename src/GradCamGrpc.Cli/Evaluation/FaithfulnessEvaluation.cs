using GradCamGrpc.Explain.Evidence;
using GradCamGrpc.Explain.Scores;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures how far maps tell what the network really uses, next to maps that know nothing of it.</summary>
/// <param name="subject">What is evaluated.</param>
/// <param name="steps">Steps of the deletion and insertion curves.</param>
internal sealed class FaithfulnessEvaluation(EvaluationSubject subject, int steps)
{
    /// <summary>What a map must do better than.</summary>
    private const string Random = "(a random map)";
    private const string Blob = "(a blob in the middle)";

    private readonly PixelCurves _curves = new(steps);
    private readonly OcclusionCorrelation _occlusion = new();

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo or its boxes will not do, or a map is not finite.</exception>
    public FaithfulnessResult Run(Action done, CancellationToken cancellation)
    {
        var judged = new List<(string Name, Faithfulness Figures)>();
        for (var i = 0; i < subject.Photos.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var photo = LoadedPhoto.Load(subject.Photos[i], subject.Network.Preprocessor);
            judged.AddRange(Judge(photo, Maps(photo, seed: (ulong)i, cancellation), cancellation));
            done();
        }
        return new FaithfulnessResult(
            subject.Model,
            subject.Network.Layer,
            subject.Photos.Count,
            steps,
            [.. judged.GroupBy(entry => entry.Name, (name, entries) => FaithfulnessFigures.Of(name, [.. entries.Select(entry => entry.Figures)]))]);
    }

    private List<(string Name, HeatMap Heat)> Maps(LoadedPhoto photo, ulong seed, CancellationToken cancellation)
    {
        var maps = new List<(string, HeatMap)>();
        subject.Network.Explain([photo], subject.Methods, (_, map) => maps.Add((map.Method.Name, HeatMap.Of(map.Checked(photo.Photo.Path)))), cancellation);

        // As coarse as a layer's map, so that they lose for what they know, not for how they look.
        var (height, width) = (subject.Network.LayerHeight, subject.Network.LayerWidth);
        maps.Add((Random, RandomMap.Of(height, width, seed)));
        maps.Add((Blob, CentredBlob.Of(height, width)));
        return maps;
    }

    private (string Name, Faithfulness Figures)[] Judge(LoadedPhoto photo, List<(string Name, HeatMap Heat)> maps, CancellationToken cancellation) =>
        subject.Network.Ask(photo, (network, image) =>
        {
            var logit = ScoreTarget.Of(photo.Photo.ClassIndex);
            var probability = ScoreTarget.Of(photo.Photo.ClassIndex, ScoreLink.Probability);
            var losses = _occlusion.Losses(network, image, logit, cancellation);
            return maps.Select(map => (map.Name, new Faithfulness(
                _curves.Insertion(network, image, map.Heat, probability, cancellation).Area,
                _curves.Deletion(network, image, map.Heat, probability, cancellation).Area,
                OcclusionCorrelation.Compare(map.Heat, losses)))).ToArray();
        });
}
