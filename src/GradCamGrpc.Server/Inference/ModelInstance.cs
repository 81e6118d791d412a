using System.Diagnostics;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Answering;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Heads;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Requests;
using GradCamGrpc.Server.Telemetry;
using Grpc.Core;

namespace GradCamGrpc.Server.Inference;

/// <summary>A model in service: its description, its queue and its thread.</summary>
internal sealed class ModelInstance : IAsyncDisposable
{
    private readonly ModelWorker _worker;
    private readonly DynamicBatcher<RowGroup> _batcher;
    private readonly ActivationCache _cache;
    private readonly ServerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly string _device;

    public ModelInstance(
        ModelFolder folder, ServerOptions options, ActivationCache cache, ServerMetrics metrics, ILogger<ModelInstance> logger, TimeProvider time)
    {
        Folder = folder;
        Labels = new LabelIndex(folder.Labels);
        var views = new Dictionary<PreprocessingSpec, Preprocessor>();
        Preprocessor = PreprocessorOf(folder.Manifest.Preprocessing, views);
        CaptionPreprocessor = folder.Manifest.Captioning is { } captioning ? PreprocessorOf(captioning.Preprocessing, views) : null;
        AnswerPreprocessor = folder.Manifest.Answering is { } answering ? PreprocessorOf(answering.Preprocessing, views) : null;
        _device = options.Device;
        _cache = cache;
        _metrics = metrics;
        _logger = logger;
        _worker = new ModelWorker(folder, options.Device, options.Precision, options.Queue.MaxBatch, cache, metrics, time);
        _batcher = new DynamicBatcher<RowGroup>(
            $"model {Name}",
            _worker,
            new BatchSettings(options.Queue.MaxBatch, options.Queue.MaxDelay),
            new QueueLimits(options.Queue.Capacity, options.Queue.MaxBytes, options.Queue.TargetWait),
            new BatchMetrics(Name, metrics, logger),
            time);
        metrics.WatchQueue(Name, () => _batcher.QueueLength, () => _batcher.QueueBytes);
        metrics.WatchReadiness(Name, () => _worker.Network is not null);
    }

    public ModelFolder Folder { get; }

    public ModelManifest Manifest => Folder.Manifest;

    public string Name => Manifest.Name;

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
    public Captioner? Captioner => Manifest.Captioning is null ? null : _worker.Captioner ?? throw NotReady();

    /// <summary>The answering head; null where the model has none.</summary>
    /// <exception cref="ServerUnavailableException">The model is still being loaded.</exception>
    public Answerer? Answerer => Manifest.Answering is null ? null : _worker.Answerer ?? throw NotReady();

    /// <summary>Why a method cannot be used at a layer; null where it can.</summary>
    public string? ObjectionTo(IExplanationMethod method, CutLayer layer) => method.ObjectionTo(Network, layer);

    /// <summary>Loads and warms up the model.</summary>
    public async Task StartAsync()
    {
        var clock = Stopwatch.StartNew();
        await _batcher.StartAsync();
        var (layers, elapsed) = (Layers.Count, clock.Elapsed);
        _logger.ModelReady(Name, Manifest.Version, Manifest.Architecture, _device, layers, elapsed);
    }

    /// <summary>Refuses a request for which there would be no place, before its photo is decoded.</summary>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public void EnsureRoom(ServerCallContext context) => EnsureRoom(Caller.Of(context));

    /// <summary>Refuses a request for which there would be no place, before its photo is decoded.</summary>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public void EnsureRoom(Caller caller) => Admit(caller, bytes: 0).Dispose();

    /// <summary>Enqueues a photo to classify.</summary>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public InferenceRequest Submit(Photo photo, ServerCallContext context) =>
        Enqueue(photo, new InferenceRequest(context.CancellationToken), context);

    /// <summary>Enqueues a photo to explain.</summary>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public ExplanationRequest Submit(Photo photo, CheckedExplainRequest query, ServerCallContext context) =>
        Submit(photo, query, context, context.CancellationToken);

    /// <summary>Enqueues a photo to explain, one of several of a call.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="query">What is explained.</param>
    /// <param name="context">The call.</param>
    /// <param name="cancellation">Says that nobody waits for this photo any more.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public ExplanationRequest Submit(Photo photo, CheckedExplainRequest query, ServerCallContext context, CancellationToken cancellation) =>
        Submit(photo, query, Caller.Of(context), cancellation);

    /// <summary>Enqueues a photo to explain, with a deadline of its own.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="query">What is explained.</param>
    /// <param name="caller">Who waits, and until when.</param>
    /// <param name="cancellation">Says that nobody waits for this photo any more.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public ExplanationRequest Submit(Photo photo, CheckedExplainRequest query, Caller caller, CancellationToken cancellation) =>
        Enqueue(photo, Request(query, cancellation), caller);

    /// <summary>Enqueues a photo about which the network is asked something of the caller's own.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="inspect">Asks, and yields what comes of it. It is run through on the model's thread.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public InspectionRequest<TItem> Inspect<TItem>(
        Photo photo, Func<InspectedPhoto, IEnumerable<TItem>> inspect, ServerCallContext context) =>
        Enqueue(photo, new InspectionRequest<TItem>(inspect, context.CancellationToken), context);

    /// <summary>Enqueues a photo to caption.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="choice">How the caption is found.</param>
    /// <param name="question">What of it is explained; null for nothing.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public CaptioningRequest Caption(Photo photo, CaptionChoice choice, CheckedCaptionExplainRequest? question, ServerCallContext context) =>
        Enqueue(photo, Request(photo, choice, question, context.CancellationToken), context);

    /// <summary>Enqueues a photo to answer questions about.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="asked">What of their answers is explained; null for nothing.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public AnsweringRequest Answer(Photo photo, IReadOnlyList<Question> questions, CheckedVqaExplainRequest? asked, ServerCallContext context) =>
        Enqueue(photo, Request(photo, questions, asked, context.CancellationToken), context);

    /// <summary>Enqueues a photo about which several things are asked at once: in one batch, with a row for each way in which it is seen.</summary>
    /// <param name="views">The photo.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="context">The call.</param>
    /// <param name="cancellation">Says that nobody waits any more: the call's own, or one that follows it.</param>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ServerUnavailableException">The model is not ready, or drains.</exception>
    public MultiTaskInference Submit(PhotoViews views, CheckedMultiTaskRequest query, ServerCallContext context, CancellationToken cancellation)
    {
        var inference = new MultiTaskInference(
            query.Classification is { } classes ? Request(classes, cancellation) : null,
            query.Captioning is { } caption ? Request(views.Of(caption), caption.Choice, caption, cancellation) : null,
            query.Vqa is { } answers ? Request(views.Of(answers), answers.AskedQuestions, answers, cancellation) : null);
        (MapQuestion? Question, InferenceRequest? Request)[] asked =
            [(query.Classification, inference.Classification), (query.Captioning, inference.Captioning), (query.Vqa, inference.Vqa)];
        var rows = asked
            .Where(part => part.Request is not null)
            .GroupBy(part => part.Question!.View, part => part.Request!)
            .Select(view => new InferenceRow(views.Photos[view.Key].Input, [.. view]));
        var caller = Caller.Of(context);
        Enqueue(new RowGroup([.. rows], caller.Deadline, cancellation), caller);
        return inference;
    }

    /// <summary>Answers what was accepted and unloads the model.</summary>
    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private static ExplanationRequest Request(CheckedExplainRequest query, CancellationToken cancellation) =>
        new(query.Layers, query.Targets, query.Methods, cancellation);

    private CaptioningRequest Request(Photo photo, CaptionChoice choice, CheckedCaptionExplainRequest? question, CancellationToken cancellation) =>
        new(Captioner!, choice, question, cancellation) { Key = KeyOf(photo, Captioner!.Layers) };

    private AnsweringRequest Request(
        Photo photo, IReadOnlyList<Question> questions, CheckedVqaExplainRequest? asked, CancellationToken cancellation) =>
        new(Answerer!, questions, asked, cancellation) { Key = KeyOf(photo, Answerer!.Layers) };

    private TRequest Enqueue<TRequest>(Photo photo, TRequest request, ServerCallContext context)
        where TRequest : InferenceRequest => Enqueue(photo, request, Caller.Of(context));

    private TRequest Enqueue<TRequest>(Photo photo, TRequest request, Caller caller)
        where TRequest : InferenceRequest
    {
        Enqueue(new RowGroup([new InferenceRow(photo.Input, [request])], caller.Deadline, request.Cancellation), caller);
        return request;
    }

    private void Enqueue(RowGroup group, Caller caller)
    {
        try
        {
            using var place = Admit(caller, group.Bytes);
            place.Enqueue(group);
        }
        catch
        {
            foreach (var row in group.Rows)
                row.Input.Dispose();
            throw;
        }
    }

    /// <summary>Under what the layers' say of a photo is kept; null where nothing is.</summary>
    private ActivationKey? KeyOf(Photo photo, HeadLayers layers) =>
        _cache.IsOn ? ActivationKey.Of(Manifest.Weights.Sha256, photo.Input, layers.All) : null;

    private Place<RowGroup> Admit(Caller caller, long bytes)
    {
        var arrival = new Arrival(caller.Client, Priority.Normal, caller.Deadline, bytes);
        return _batcher.Admit(arrival) switch
        {
            Admission<RowGroup>.Accepted accepted => accepted.Place,
            Admission<RowGroup>.Refused refused => throw new QueueFullException(refused.Refusal.Reason, refused.Refusal.RetryAfter),
            _ => throw NotReady(),
        };
    }

    /// <summary>The network, on other threads than its own to ask what its layers are.</summary>
    private CutNetwork Network => _worker.Network ?? throw NotReady();

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
