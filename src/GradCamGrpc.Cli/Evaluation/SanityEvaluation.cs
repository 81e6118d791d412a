using GradCamGrpc.Explain.Evidence;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures how far maps change while their network is destroyed: of each photo the maps of its own class.</summary>
/// <param name="subject">What is evaluated.</param>
/// <param name="checkpoints">How many times maps are compared.</param>
internal sealed class SanityEvaluation(EvaluationSubject subject, int checkpoints)
{
    /// <summary>Photos that a copy of the network is destroyed for: all of their first maps are kept meanwhile.</summary>
    private const int BatchSize = 16;

    /// <summary>Every copy is destroyed in the same way.</summary>
    private const ulong Seed = 0;

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo or its boxes will not do.</exception>
    public SanityResult Run(Action done, CancellationToken cancellation)
    {
        var compared = new List<IReadOnlyList<SanityCheckpoint>>();
        var modules = 0;
        foreach (var chunk in subject.Photos.Chunk(BatchSize))
        {
            var loaded = new List<LoadedPhoto>();
            try
            {
                foreach (var photo in chunk)
                    loaded.Add(LoadedPhoto.Load(photo, subject.Network.Preprocessor));
                compared.Add(subject.Network.CheckSanity(loaded, subject.Methods, check =>
                {
                    modules = check.Modules.Count;
                    return check.Randomize(checkpoints, Seed, cancellation).ToArray();
                }, cancellation));
            }
            finally
            {
                foreach (var photo in loaded)
                {
                    photo.Dispose();
                    done();
                }
            }
        }
        return new SanityResult(
            subject.Model,
            subject.Network.Layer,
            subject.Photos.Count,
            modules,
            [.. compared[0].Select((checkpoint, i) => Figures(checkpoint, [.. compared.SelectMany(batch => batch[i].Maps)]))]);
    }

    /// <param name="checkpoint">Where.</param>
    /// <param name="photos">Of every photo, a comparison for each method.</param>
    private SanityFigures Figures(SanityCheckpoint checkpoint, IReadOnlyList<IReadOnlyList<MapSimilarity>> photos) => new(
        checkpoint.Module,
        checkpoint.RandomizedCount,
        [.. subject.Methods.Select((method, i) => SimilarityFigures.Of(method.Name, [.. photos.Select(photo => photo[i])]))]);
}
