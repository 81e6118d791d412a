using System.Diagnostics;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Inference;

/// <summary>A model in service: its description, its queue, and the workers behind that, each with a thread and a network of its own.</summary>
internal sealed class ModelInstance : IAsyncDisposable
{
    private readonly ModelHeads _heads;
    private readonly ModelWorker[] _workers;
    private readonly DynamicBatcher<RowGroup> _batcher;
    private readonly UseCount _calls = new();
    private readonly ActivationCache _cache;
    private readonly ILogger _logger;
    private readonly QueueOptions _queue;
    private readonly string _devices;
    private readonly Lazy<Task> _end;

    /// <param name="folder">The model.</param>
    /// <param name="batches">What is set of how batches are formed; the rest is measured when it starts.</param>
    /// <param name="options">How the server runs.</param>
    /// <param name="cache">Keeps what it says of photos.</param>
    /// <param name="metrics">Told what it does.</param>
    /// <param name="logger">Told how it fares.</param>
    /// <param name="time">The clock.</param>
    public ModelInstance(
        ModelFolder folder,
        BatchSettings batches,
        ServerOptions options,
        ActivationCache cache,
        ServerMetrics metrics,
        ILogger<ModelInstance> logger,
        TimeProvider time)
    {
        Folder = folder;
        Labels = new LabelIndex(folder.Labels);
        var views = new Dictionary<PreprocessingSpec, Preprocessor>();
        Preprocessor = PreprocessorOf(folder.Manifest.Preprocessing, views);
        CaptionPreprocessor = folder.Manifest.Captioning is { } captioning ? PreprocessorOf(captioning.Preprocessing, views) : null;
        AnswerPreprocessor = folder.Manifest.Answering is { } answering ? PreprocessorOf(answering.Preprocessing, views) : null;
        _queue = options.Queue;
        DeviceName[] devices = [.. options.NetworkDevicesOf(folder.Manifest.Batching)];
        _devices = string.Join(", ", devices);
        _end = new Lazy<Task>(EndAsync);
        _cache = cache;
        _logger = logger;
        _heads = new ModelHeads(folder);
        _workers =
        [
            .. devices.Select((device, i) =>
                new ModelWorker(folder, _heads, device, options.Precision, batches, measures: i == 0, cache, metrics, time)),
        ];
        _batcher = new DynamicBatcher<RowGroup>(
            $"model {Name}",
            _workers,
            batches,
            new QueueLimits(options.Queue.Capacity, options.Queue.MaxBytes, options.Queue.TargetWait),
            new BatchMetrics(Name, metrics, logger),
            time);
    }

    public ModelFolder Folder { get; }

    public ModelManifest Manifest => Folder.Manifest;

    public string Name => Manifest.Name;

    /// <summary>Whether it is loaded and warm, and all its workers work.</summary>
    public bool IsReady => _batcher.IsRunning;

    /// <summary>How its requests are run together; a default before it has started.</summary>
    public BatchPolicy Batches => _batcher.Policy;

    /// <summary>Calls that hold it.</summary>
    public int CallCount => _calls.Users;

    /// <summary>Requests that wait.</summary>
    public int QueueLength => _batcher.QueueLength;

    /// <summary>Bytes of inputs that wait.</summary>
    public long QueueBytes => _batcher.QueueBytes;

    /// <summary>What its network is, for whoever keeps what it says: models of one key say the same of one input.</summary>
    public string NetworkKey => $"{Manifest.Architecture} {Manifest.Weights.Sha256}";

    public LabelIndex Labels { get; }

    public int ClassCount => Labels.Labels.Count;

    /// <summary>Makes the network's input of a photo to classify. What sees photos alike is one object.</summary>
    public Preprocessor Preprocessor { get; }

    /// <summary>Makes the network's input of a photo to caption; null where the model has no captioning head.</summary>
    public Preprocessor? CaptionPreprocessor { get; }

    /// <summary>Makes the network's input of a photo to answer questions about; null where the model has no answering head.</summary>
    public Preprocessor? AnswerPreprocessor { get; }

    public string DefaultLayer => Manifest.DefaultLayer;

    /// <summary>The layers that can be explained at, by name, as they are where photos are classified.</summary>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public IReadOnlyDictionary<string, CutLayer> Layers => LayersOf(Preprocessor);

    /// <summary>The layers that can be explained at, by name.</summary>
    /// <param name="view">One of this model's: makes inputs, on whose size that of the layers depends.</param>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public IReadOnlyDictionary<string, CutLayer> LayersOf(Preprocessor view) => Network.LayersAt(SizeOf(view));

    /// <summary>The parts of the network that cannot be explained at, by name: why, a clause.</summary>
    /// <param name="view">One of this model's: makes inputs, on whose size it can depend.</param>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public IReadOnlyDictionary<string, string> UnusableLayersOf(Preprocessor view) => Network.UnusableLayersAt(SizeOf(view));

    /// <summary>The captioning head; null where the model has none.</summary>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public Captioner? Captioner => Manifest.Captioning is null ? null : _heads.Captioner ?? throw NotReady();

    /// <summary>The answering head; null where the model has none.</summary>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public Answerer? Answerer => Manifest.Answering is null ? null : _heads.Answerer ?? throw NotReady();

    /// <summary>Why a method cannot be used at a layer; null where it can.</summary>
    public string? ObjectionTo(IExplanationMethod method, CutLayer layer) => method.ObjectionTo(Network, layer);

    /// <summary>Loads and warms up the model.</summary>
    public async Task StartAsync()
    {
        var clock = Stopwatch.StartNew();
        await _batcher.StartAsync();
        var (layers, elapsed) = (Layers.Count, clock.Elapsed);
        _logger.ModelReady(Name, Manifest.Version, Manifest.Architecture, _devices, layers, elapsed);
    }

    /// <summary>Takes a place in the queue for a request, before its photo is decoded.</summary>
    /// <param name="caller">Who waits, and until when.</param>
    /// <param name="views">The ways in which the photo will be seen, each once.</param>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public Reservation Reserve(Caller caller, params IEnumerable<Preprocessor> views)
    {
        var arrival = new Arrival(caller.Client, caller.Priority, caller.Deadline, views.Sum(view => view.InputBytes));
        return _batcher.Admit(arrival) switch
        {
            Admission<RowGroup>.Accepted accepted => new Reservation(this, accepted.Place, caller.Deadline),
            Admission<RowGroup>.Refused refused => throw new QueueFullException(refused.Refusal.Reason, refused.Refusal.RetryAfter),
            _ => throw NotReady(),
        };
    }

    /// <summary>Why a request would find no place at this moment, which counts as a refusal; it takes none.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="priority">How the request stands to others that wait.</param>
    /// <returns>Null where it would find one, and where the model is not ready.</returns>
    public QueueFullException? ObjectionTo(ClientShare client, Priority priority) =>
        _batcher.ObjectionTo(new Arrival(client, priority, Deadline: null, Bytes: 0)) is { } refusal
            ? new QueueFullException(refusal.Reason, refusal.RetryAfter)
            : null;

    /// <summary>Under what the layers' say of a photo is kept; null where it cannot be, so that nobody waits for it.</summary>
    public ActivationKey? KeyOf(Photo photo, HeadLayers layers) =>
        _cache.CanKeep(KeptPhoto.BytesOf(ClassCount, layers.All)) ? ActivationKey.Of(NetworkKey, photo.Input, layers.All) : null;

    /// <summary>Keeps the model loaded for a call, until <see cref="Release"/>.</summary>
    /// <returns>False where it is to be unloaded.</returns>
    public bool TryHold() => _calls.TryBegin();

    /// <summary>A call that has held the model has ended.</summary>
    public void Release() => _calls.End();

    /// <summary>Unloads the model once the calls that hold it have ended. No other can hold it from here on.</summary>
    public async Task UnloadAsync()
    {
        await _calls.CloseAsync();
        await DisposeAsync();
    }

    /// <summary>
    /// How batches are formed by a version that comes in this one's place: as is set for it, and else alike where its network is, for while this
    /// one works nothing can be measured beside it.
    /// </summary>
    /// <param name="next">That version.</param>
    public BatchSettings BatchesOf(ModelFolder next)
    {
        var settings = _queue.BatchesOf(next.Manifest.Batching);
        var (before, after) = (Manifest.Preprocessing, next.Manifest.Preprocessing);
        return IsReady && Manifest.Architecture == next.Manifest.Architecture
            && (before.CropWidth, before.CropHeight) == (after.CropWidth, after.CropHeight)
            ? settings.Keeping(_queue.BatchesOf(Manifest.Batching), Batches)
            : settings;
    }

    /// <summary>Answers what was accepted and unloads the model: once, whoever asks for it.</summary>
    public ValueTask DisposeAsync() => new(_end.Value);

    private async Task EndAsync()
    {
        await _batcher.DisposeAsync();
        _heads.Dispose();
    }

    /// <summary>A worker's network, on other threads than its own to ask what its layers are: those of all are alike.</summary>
    private CutNetwork Network => _workers[0].Network ?? throw NotReady();

    private static InputSize SizeOf(Preprocessor view) => new(view.InputSize.Height, view.InputSize.Width);

    private ServerUnavailableException NotReady() => new($"the model '{Name}' is not ready: the server is starting or stopping");

    private static Preprocessor PreprocessorOf(PreprocessingManifest manifest, Dictionary<PreprocessingSpec, Preprocessor> known)
    {
        var spec = Spec(manifest);
        if (!known.TryGetValue(spec, out var preprocessor))
            known[spec] = preprocessor = new Preprocessor(spec);
        return preprocessor;
    }

    /// <summary>A manifest's preprocessing, as it is carried out.</summary>
    public static PreprocessingSpec Spec(PreprocessingManifest manifest) => new(
        manifest.ResizeShorterSide,
        manifest.CropWidth,
        manifest.CropHeight,
        Enum.Parse<Interpolation>(manifest.Interpolation, ignoreCase: true),
        manifest.Mean,
        manifest.Std);
}
