using GradCamGrpc.Models.Heads.Decoding;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Training.Features;
using GradCamGrpc.Training.Metrics;

namespace GradCamGrpc.Training.Captions;

/// <summary>Measures a model's captions against what people said.</summary>
/// <param name="Folder">The model.</param>
/// <param name="Head">Its captioning head.</param>
/// <param name="Split">The split of the data.</param>
/// <param name="Photos">The split's photos.</param>
/// <param name="Beams">Beams of the search.</param>
/// <param name="Cache">Where the trunk's maps are kept.</param>
public sealed record CaptionEvaluation(
    ModelFolder Folder, CaptioningManifest Head, string Split, IReadOnlyList<CaptionedPhoto> Photos, int Beams, string Cache)
{
    /// <summary>Reads what is evaluated.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="data">Flickr8k's folder.</param>
    /// <param name="split"><c>test</c> or <c>dev</c>.</param>
    /// <param name="beams">Beams of the search, from 1 on.</param>
    /// <param name="cache">Where the trunk's maps are kept.</param>
    /// <exception cref="InvalidDataException">The model has no captioning head, or the data will not do.</exception>
    public static CaptionEvaluation Of(ModelFolder folder, string data, string split, int beams, string cache)
    {
        var head = folder.Manifest.Captioning ?? throw new InvalidDataException($"the model '{folder.Manifest.Name}' has no captioning head");
        return new CaptionEvaluation(folder, head, split, CaptionFiles.Read(data, split), beams, cache);
    }

    /// <summary>Captions every photo, and judges the captions.</summary>
    /// <param name="done">Told after each photo that is captioned.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">A photo is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no photo.</exception>
    public CaptionQuality Run(Action done, CancellationToken cancellation)
    {
        using var store = new FeatureStore(Cache, Folder, Head.Preprocessing, [.. Head.Sources.Select(source => source.Layer)]);
        using var features = store.Open(
            [.. Photos.Select(photo => photo.Path)], [.. Photos.Select(_ => new[] { PhotoView.Whole })], () => { }, cancellation);
        var (head, words) = Folder.BuildCaptionHead();
        using var owned = head;
        var captioner = new Captioner(head, words, new BeamSearch(Beams, Head.LengthPenalty));
        var captions = new List<ScoredCaption>();
        for (var i = 0; i < Photos.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            captions.Add(new ScoredCaption(captioner.Caption(features, i), Photos[i].Captions));
            done();
        }
        return new CaptionQuality(Folder.Manifest.Name, Split, Photos.Count, Beams, CaptionMetrics.Evaluate(captions));
    }
}
