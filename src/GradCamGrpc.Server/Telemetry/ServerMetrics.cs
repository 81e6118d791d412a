using System.Diagnostics;
using System.Diagnostics.Metrics;
using GradCamGrpc.Batching;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>The server's own metrics and spans, under the name <see cref="Name"/>. Times are in seconds, as OpenTelemetry has them.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string Name = "GradCamGrpc";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] };

    private readonly ActivitySource _activities = new(Name);
    private readonly Meter _meter;
    private readonly Histogram<double> _stages;
    private readonly Histogram<int> _batches;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _recalled;
    private readonly Counter<long> _loadFailures;
    private readonly TimeProvider _time;

    public ServerMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Name);
        _stages = _meter.CreateHistogram("gradcam.stage.duration", "s", "How long a stage of a request or a batch took.", advice: Seconds);
        _batches = _meter.CreateHistogram("gradcam.batch.size", "{request}", "Requests in a batch.", advice: Counts);
        _rows = _meter.CreateCounter<long>("gradcam.model.photos", "{photo}", "Photos that went through a network, to be predicted. Who asks about one whose activations are kept, or has left, costs none.");
        _dropped = _meter.CreateCounter<long>("gradcam.request.dropped", "{request}", "Requests that left the queue unanswered.");
        _refused = _meter.CreateCounter<long>("gradcam.request.refused", "{request}", "Requests that were refused: for the queue, its bytes, their client's share, their deadline, overload, pixels, or a sanity check that runs; and, where the server asks who calls, calls that are not let in: unauthenticated, without permission, or beyond a quota.");
        _recalled = _meter.CreateCounter<long>("gradcam.activation_cache.requests", "{request}", "Requests that could do with kept activations: hits, and misses.");
        _loadFailures = _meter.CreateCounter<long>("gradcam.model.load_failures", "{load}", "Model folders that could not be loaded, each time one is tried.");

        // Where there is no zero before, nobody sees the first one come.
        _loadFailures.Add(0);
    }

    /// <summary>A photo was looked for among those whose activations are kept.</summary>
    public void Recalled(string model, bool isKnown) => _recalled.Add(1, new TagList { { "model", model }, { "result", isKnown ? "hit" : "miss" } });

    /// <summary>Starts a stage on this thread; its end is the disposal.</summary>
    public StageTimer Measure(string stage, string model) => new(this, _time, stage, model, _activities.StartActivity($"gradcam.{stage}"));

    /// <summary>A stage that was timed elsewhere.</summary>
    public void Record(string stage, string model, TimeSpan duration) =>
        _stages.Record(duration.TotalSeconds, new TagList { { "stage", stage }, { "model", model } });

    public void Shipped(string model, int size, ShipReason reason) =>
        _batches.Record(size, new TagList { { "model", model }, { "reason", reason.ToString().ToLowerInvariant() } });

    /// <summary>So many photos went through the network together.</summary>
    public void Ran(string model, int photos) => _rows.Add(photos, new TagList { { "model", model } });

    public void Dropped(string model, string reason) => _dropped.Add(1, new TagList { { "model", model }, { "reason", reason } });

    public void Refused(string model, string reason) => _refused.Add(1, new TagList { { "model", model }, { "reason", reason } });

    /// <summary>Shows how much is kept of photos.</summary>
    public void WatchActivations(Func<long> bytes) =>
        _meter.CreateObservableGauge("gradcam.activation_cache.size", bytes, "By", "Bytes of activations that are kept.");

    /// <summary>Shows how the models fare that there are at the moment.</summary>
    public void WatchModels(Func<IEnumerable<ModelFigures>> models)
    {
        void Show<T>(string name, Func<ModelFigures, T> figure, string unit, string description)
            where T : struct => _meter.CreateObservableGauge(
                name,
                () => models().Select(model => new Measurement<T>(figure(model), new KeyValuePair<string, object?>("model", model.Name))),
                unit,
                description);

        Show("gradcam.queue.length", model => model.QueueLength, "{request}", "Requests that wait for a model.");
        Show("gradcam.queue.size", model => model.QueueBytes, "By", "Bytes of inputs that wait for a model.");
        Show("gradcam.model.ready", model => model.IsReady ? 1 : 0, "1", "Whether a model is loaded and warm: 1, or 0.");
        Show("gradcam.model.leaving_calls", model => model.LeavingCalls, "{call}", "Calls that versions answer which were replaced or unloaded.");
    }

    /// <summary>Shows how many folders are refused as they are.</summary>
    public void WatchFolders(Func<int> refused) =>
        _meter.CreateObservableGauge("gradcam.model.refused_folders", refused, "{folder}", "Model folders that cannot be loaded as they are.");

    /// <summary>A folder could not be loaded.</summary>
    public void LoadFailed() => _loadFailures.Add(1);

    /// <summary>Shows when the server's certificate expires.</summary>
    public void WatchCertificate(Func<DateTimeOffset> expiry) => _meter.CreateObservableGauge(
        "gradcam.tls.certificate.expiry_timestamp", () => expiry().ToUnixTimeSeconds(), "s", "When the certificate that new connections get expires, in seconds since 1970.");

    public void Dispose() => _activities.Dispose();
}
