using GradCamGrpc.Cli.Evaluation;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging;
using GradCamGrpc.Imaging.Rendering;

namespace GradCamGrpc.Cli.Auditing;

/// <summary>
/// Looks where a network looks on the photos of each class: a class that is told by something beside the thing shows up in the mean map, at
/// the border, or outside the boxes (Selvaraju et al. 2017, section 6.3).
/// </summary>
/// <param name="subject">What is evaluated, by one method.</param>
/// <param name="data">The data set's folder.</param>
internal sealed class DataAudit(EvaluationSubject subject, string data)
{
    private const int BatchSize = 16;
    private const int WorstCount = 12;
    private const int WorstColumns = 4;

    private readonly IExplanationMethod _method = subject.Methods.Single();
    private readonly List<AuditedPhoto> _photos = [];
    private readonly List<SkippedPhoto> _skipped = [];

    /// <summary>Runs it once, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">No photo can be used.</exception>
    public Audit Run(Action done, CancellationToken cancellation)
    {
        var classes = new List<ClassAudit>();
        var pictures = new Dictionary<int, ClassPictures>();
        foreach (var photos in subject.Photos.GroupBy(photo => photo.ClassIndex).OrderBy(group => group.Key))
        {
            if (RunClass([.. photos], done, cancellation) is not { } found)
                continue;
            classes.Add(found.Figures);
            pictures.Add(photos.Key, found.Pictures);
        }
        if (_photos.Count == 0)
            throw new EvaluationException($"none of {_skipped.Count} photos can be used; the first: {_skipped[0].Reason}");

        var worst = WorstPhotos.Of(_photos, WorstCount);
        var result = new AuditResult(
            data,
            subject.Model,
            _method.Name,
            _method.UsesLayer ? subject.Network.Layer : null,
            subject.Photos.Any(photo => photo.Boxes.Count > 0),
            (double)_photos.Count(photo => photo.IsRight) / _photos.Count,
            [.. classes.OrderBy(figures => figures.EnergyInside ?? 0).ThenBy(figures => figures.MeanProbability)],
            Confusion.Of(_photos),
            worst,
            _skipped,
            _photos);
        return new Audit(result, pictures, DrawWorst(result, cancellation));
    }

    private (ClassAudit Figures, ClassPictures Pictures)? RunClass(BoxedPhoto[] photos, Action done, CancellationToken cancellation)
    {
        var network = subject.Network;
        var (meanPhoto, meanMap) = (new MeanPicture(network.InputWidth, network.InputHeight), new MeanHeat(network.InputWidth, network.InputHeight));
        var first = _photos.Count;
        foreach (var chunk in photos.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            Explain(chunk, (photo, outputs, map) =>
            {
                _photos.Add(AuditedPhoto.Of(NameOf(photo.Photo), photo, outputs, map, subject.Labels.Labels));
                meanPhoto.Add(photo.Seen);
                meanMap.Add(PhotoHeat.Grid(map));
            }, cancellation);
            foreach (var _ in chunk)
                done();
        }
        return _photos.Count == first
            ? null
            : (ClassAudit.Of(_photos[first..]), ClassPictures.Draw(meanPhoto, meanMap));
    }

    /// <summary>Tells what comes of each photo; one that cannot be used is put down as such.</summary>
    private void Explain(BoxedPhoto[] photos, Action<LoadedPhoto, ClassOutputs, SaliencyMap> tell, CancellationToken cancellation)
    {
        var loaded = new List<LoadedPhoto>();
        try
        {
            foreach (var photo in photos)
                Try(photo, () => loaded.Add(LoadedPhoto.Load(photo, subject.Network.Preprocessor)));
            if (loaded.Count == 0)
                return;
            var maps = new SaliencyMap[loaded.Count];
            var outputs = subject.Network.Explain(
                [.. loaded.Select(photo => photo.Input)],
                [.. loaded.Select(photo => new[] { photo.Photo.ClassIndex })],
                subject.Methods,
                (i, _, map) => maps[i] = map,
                cancellation);
            for (var i = 0; i < loaded.Count; i++)
                Try(loaded[i].Photo, () => tell(loaded[i], outputs[i], maps[i]));
        }
        finally
        {
            foreach (var photo in loaded)
                photo.Dispose();
        }
    }

    private void Try(BoxedPhoto photo, Action act)
    {
        try
        {
            act();
        }
        catch (Exception fault) when (fault is EvaluationException or IOException or UnauthorizedAccessException)
        {
            _skipped.Add(new SkippedPhoto(NameOf(photo), fault.Message));
        }
    }

    /// <summary>Their maps are made once more: to keep every photo's would take more memory than all else.</summary>
    private byte[] DrawWorst(AuditResult result, CancellationToken cancellation)
    {
        var byName = subject.Photos.ToDictionary(NameOf, StringComparer.Ordinal);
        var pictures = new List<(byte[], string)>();
        foreach (var photo in result.Worst)
        {
            var label = photo.Label.Split(',')[0];
            var figure = result.HasBoxes ? $"{Percentages.Whole(photo.EnergyInside ?? 0)} inside" : Percentages.Whole(photo.Probability);
            Explain([byName[photo.File]], (loaded, _, map) => pictures.Add((DrawOverlay(loaded, map), $"{pictures.Count + 1}. {label}: {figure}")), cancellation);
        }
        return ContactSheet.Draw([.. pictures.Chunk(WorstColumns)], PictureFormat.Jpeg);
    }

    private static byte[] DrawOverlay(LoadedPhoto photo, SaliencyMap map)
    {
        var whole = new CropRectangle(0, 0, photo.Seen.Width, photo.Seen.Height);
        using var overlay = HeatPainter.Overlay(photo.Seen, PhotoHeat.Grid(map), whole, ColorMap.Turbo, ClassPictures.Opacity);
        BoxPainter.Outline(
            overlay, photo.Photo.Boxes.Select(photo.OnInput).Select(box => new CropRectangle(box.Left, box.Top, box.Width, box.Height)));
        return PictureEncoder.Encode(overlay, PictureFormat.Jpeg, ClassPictures.Quality);
    }

    private string NameOf(BoxedPhoto photo) => Path.GetRelativePath(data, photo.Path);
}
