namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures how well maps tell where things are, on photos with boxes.</summary>
/// <param name="subject">What is evaluated.</param>
internal sealed class LocalizationEvaluation(EvaluationSubject subject)
{
    private const int BatchSize = 16;

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo or its boxes will not do, or a map is not finite.</exception>
    public LocalizationResult Run(Action done, CancellationToken cancellation)
    {
        var outcomes = new List<PhotoOutcome>();
        foreach (var chunk in subject.Photos.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var outcome in RunBatch(chunk, cancellation))
            {
                outcomes.Add(outcome);
                done();
            }
        }
        string[] names = [.. subject.Methods.Select(method => method.Name)];
        return new LocalizationResult(
            subject.Model,
            subject.Network.Layer,
            outcomes.Count,
            Rates.Of(outcomes, photo => photo.IsClassRight),
            [.. names.Select(name => MethodFigures.Of(name, outcomes))],
            LocalizationBaselines.Of(outcomes),
            HeldOutChoice.Of(names, outcomes));
    }

    private PhotoOutcome[] RunBatch(BoxedPhoto[] photos, CancellationToken cancellation)
    {
        var loaded = new List<LoadedPhoto>();
        try
        {
            foreach (var photo in photos)
                loaded.Add(LoadedPhoto.Load(photo, subject.Network.Preprocessor));
            var maps = photos.Select(_ => new Dictionary<string, MapOutcome>(StringComparer.Ordinal)).ToArray();
            var classes = subject.Network.Explain(
                loaded,
                subject.Methods,
                (i, map) => maps[i][map.Method.Name] = MapOutcome.Of(map.Checked(photos[i].Path), loaded[i].Size, photos[i].Boxes),
                cancellation);
            return [.. loaded.Select((photo, i) => new PhotoOutcome(photo.Photo, photo.Size, classes[i] == photo.Photo.ClassIndex, maps[i]))];
        }
        finally
        {
            foreach (var photo in loaded)
                photo.Dispose();
        }
    }
}
