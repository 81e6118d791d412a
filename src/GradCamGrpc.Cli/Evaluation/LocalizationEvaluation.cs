using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;

namespace GradCamGrpc.Cli.Evaluation;

/// <summary>Measures how well maps tell where things are, on photos with boxes.</summary>
internal sealed class LocalizationEvaluation : IDisposable
{
    private const int BatchSize = 16;

    /// <summary>Methods that take seconds a photo.</summary>
    private static readonly string[] Slow = ["score-cam", "ablation-cam", "occlusion", "smooth-grad", "integrated-gradients"];

    private readonly IReadOnlyList<BoxedPhoto> _photos;
    private readonly EvaluatedNetwork _network;
    private readonly IReadOnlyList<IExplanationMethod> _methods;
    private readonly string _model;

    /// <exception cref="EvaluationException">The data, a method or the layer will not do.</exception>
    /// <exception cref="InvalidModelException">The model cannot be used.</exception>
    public LocalizationEvaluation(LocalizationQuestion question)
    {
        _photos = BoxedPhotos.Read(question.Data);
        var options = ServerOptions.FromEnvironment(question.Models);
        if (ModelRepository.Read(options.Models) is not [var folder])
            throw new EvaluationException($"{options.Models} holds several models; --models names the folder of one");
        if (_photos.FirstOrDefault(photo => photo.ClassIndex >= folder.Labels.Count) is { } unknown)
            throw new EvaluationException($"{unknown.Path} is of class {unknown.ClassIndex}; the model has the classes 0 to {folder.Labels.Count - 1}");

        LibTorch.EnsureLoads();
        if (options.Threads is { } threads)
            TorchSharp.torch.set_num_threads(threads);
        _model = folder.Manifest.Name;
        _network = new EvaluatedNetwork(folder, options.Device, question.Layer);
        _methods = question.Methods.Count > 0 ? Named(question.Methods) : Usual();
    }

    /// <summary>The names of all methods.</summary>
    public static IEnumerable<string> MethodNames => ExplanationMethods.All.Select(method => method.Name);

    public int PhotoCount => _photos.Count;

    /// <summary>Runs it, on the calling thread.</summary>
    /// <param name="done">Called after each photo.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EvaluationException">A photo or its boxes will not do.</exception>
    public LocalizationResult Run(Action done, CancellationToken cancellation)
    {
        var outcomes = new List<PhotoOutcome>();
        foreach (var chunk in _photos.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var outcome in RunBatch(chunk, cancellation))
            {
                outcomes.Add(outcome);
                done();
            }
        }
        string[] names = [.. _methods.Select(method => method.Name)];
        return new LocalizationResult(
            _model,
            _network.Layer,
            outcomes.Count,
            Rates.Of(outcomes, photo => photo.IsClassRight),
            [.. names.Select(name => MethodFigures.Of(name, outcomes))],
            LocalizationBaselines.Of(outcomes),
            HeldOutChoice.Of(names, outcomes));
    }

    public void Dispose() => _network.Dispose();

    private PhotoOutcome[] RunBatch(BoxedPhoto[] photos, CancellationToken cancellation)
    {
        var loaded = new List<LoadedPhoto>();
        try
        {
            foreach (var photo in photos)
                loaded.Add(LoadedPhoto.Load(photo, _network.Preprocessor));
            var maps = photos.Select(_ => new Dictionary<string, MapOutcome>(StringComparer.Ordinal)).ToArray();
            var classes = _network.Explain(
                loaded, _methods, (i, map) => maps[i][map.Method.Name] = MapOutcome.Of(map, loaded[i].Size, photos[i].Boxes), cancellation);
            return [.. loaded.Select((photo, i) => new PhotoOutcome(photo.Photo, photo.Size, classes[i] == photo.Photo.ClassIndex, maps[i]))];
        }
        finally
        {
            foreach (var photo in loaded)
                photo.Dispose();
        }
    }

    private IExplanationMethod[] Usual() =>
        [.. ExplanationMethods.All.Where(method => !Slow.Contains(method.Name) && _network.ObjectionTo(method) is null)];

    private IExplanationMethod[] Named(IReadOnlyList<string> names)
    {
        IExplanationMethod[] methods = [.. names.Distinct(StringComparer.Ordinal).Select(name => ExplanationMethods.All.Single(method => method.Name == name))];
        foreach (var method in methods)
        {
            if (_network.ObjectionTo(method) is { } objection)
                throw new EvaluationException($"{method.Name}: it {objection}");
        }
        return methods;
    }
}
