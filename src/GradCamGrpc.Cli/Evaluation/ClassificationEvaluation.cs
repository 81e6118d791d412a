using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures how often a network finds what is on photos.</summary>
/// <param name="subject">What is evaluated.</param>
internal sealed class ClassificationEvaluation(EvaluationSubject subject)
{
    private const int BatchSize = 16;
    private const int Seed = 1;

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo will not do, or the outputs are not finite.</exception>
    public ClassificationResult Run(Action done, CancellationToken cancellation)
    {
        var (served, whole) = (new List<int>(), new List<int>());
        foreach (var chunk in subject.Photos.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            served.AddRange(RanksOf(chunk, subject.Network.ServedPreprocessor, cancellation));
            whole.AddRange(RanksOf(chunk, subject.Network.Preprocessor, cancellation));
            foreach (var _ in chunk)
                done();
        }
        return new ClassificationResult(
            subject.Model,
            subject.Photos.Count,
            subject.Photos.Select(photo => photo.ClassIndex).Distinct().Count(),
            [FiguresOf("as served", served), FiguresOf("the whole photo", whole)]);
    }

    /// <summary>The place of each photo's class among all, 1 for the first.</summary>
    private int[] RanksOf(BoxedPhoto[] photos, Preprocessor preprocessor, CancellationToken cancellation)
    {
        var loaded = new List<LoadedPhoto>();
        try
        {
            foreach (var photo in photos)
                loaded.Add(LoadedPhoto.Load(photo, preprocessor));
            int[][] classes = [.. photos.Select(photo => new[] { photo.ClassIndex })];
            var outputs = subject.Network.Explain([.. loaded.Select(photo => photo.Input)], classes, [], (_, _, _) => { }, cancellation);
            return [.. outputs.Select((image, i) => image.Checked(photos[i].Path).Rank(photos[i].ClassIndex))];
        }
        finally
        {
            foreach (var photo in loaded)
                photo.Dispose();
        }
    }

    private static ClassificationFigures FiguresOf(string view, List<int> ranks) =>
        new(view, Within(ranks, ClassificationFigures.First), Within(ranks, ClassificationFigures.FirstFive));

    private static BootstrapInterval Within(List<int> ranks, int places) =>
        BootstrapInterval.OfMean([.. ranks.Select(rank => rank <= places ? 1.0 : 0.0)], Seed);
}
