using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Captions;

/// <summary>Measures a model's captions against what people said.</summary>
/// <param name="Folder">The model.</param>
/// <param name="Data">Flickr8k's folder.</param>
/// <param name="Split"><c>test</c> or <c>dev</c>.</param>
/// <param name="Beams">Beams of the search.</param>
/// <param name="Cache">Where the trunk's maps are kept.</param>
public sealed record CaptionEvaluation(ModelFolder Folder, string Data, string Split, int Beams, string Cache)
{
    /// <summary>Captions every photo, and judges the captions.</summary>
    /// <param name="progress">Told (photos done, photos in all); a photo is done once its trunk has run, and again once it is captioned.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">The model has no captioning head, or the data will not do.</exception>
    public CaptionQuality Run(Action<int, int> progress, CancellationToken cancellation)
    {
        var manifest = Folder.Manifest.Captioning ?? throw new InvalidDataException($"the model '{Folder.Manifest.Name}' has no captioning head");
        var photos = CaptionFiles.Read(Data, Split);
        using var store = new FeatureStore(Cache, Folder, manifest.Preprocessing, [.. manifest.Sources.Select(source => source.Layer)]);
        var read = 0;
        using var features = store.Open(
            [.. photos.Select(photo => photo.Path)],
            [.. photos.Select(_ => new[] { PhotoView.Whole })],
            () => progress(++read, 2 * photos.Count),
            cancellation);
        var (head, words) = Folder.BuildCaptionHead();
        using var owned = head;
        var captioner = new Captioner(head, words, new BeamSearch(Beams, manifest.LengthPenalty));
        var captions = new List<ScoredCaption>();
        for (var i = 0; i < photos.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            captions.Add(new ScoredCaption(captioner.Caption(features, i), photos[i].Captions));
            progress(photos.Count + i + 1, 2 * photos.Count);
        }
        return new CaptionQuality(Folder.Manifest.Name, Split, photos.Count, Beams, CaptionMetrics.Evaluate(captions));
    }
}
