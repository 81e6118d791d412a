using GradCamGrpc.Batching;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Imaging.Preprocessing;
using GradCamGrpc.Models.Devices;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Telemetry;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>Runs a model's batches on a device, by a network of its own and all on the one thread that owns its tensors.</summary>
/// <param name="folder">The model.</param>
/// <param name="heads">Its heads, which whoever starts first loads; they stay their owner's.</param>
/// <param name="deviceName">Where the network runs.</param>
/// <param name="precision">What its folded convolutions compute in.</param>
/// <param name="settings">What is set of how batches are formed.</param>
/// <param name="measures">Whether it measures what batches take, where it is not set how they are formed.</param>
/// <param name="cache">Keeps what it says of photos.</param>
/// <param name="metrics">Told what it does.</param>
/// <param name="time">The clock.</param>
internal sealed class ModelWorker(
    ModelFolder folder,
    ModelHeads heads,
    DeviceName deviceName,
    Precision precision,
    BatchSettings settings,
    bool measures,
    ActivationCache cache,
    ServerMetrics metrics,
    TimeProvider time)
    : IBatchProcessor<RowGroup>
{
    /// <summary>How long batches are measured at the start; each size runs once in any case.</summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(0.4);

    private ComputeDevice? _device;
    private BatchSizes? _sizes;
    private Tensor[] _samples = [];
    private ServableNetwork? _network;
    private CutNetwork? _cut;

    /// <summary>The network; null before the model has started. It runs on this worker's thread; what its layers are any thread may ask.</summary>
    public CutNetwork? Network { get; private set; }

    /// <summary>Loads the model and runs it, so that the first requests pay for neither.</summary>
    /// <returns>What batches took, where it measures that.</returns>
    public IReadOnlyList<BatchTiming> Open()
    {
        _device = ComputeDevice.Open(deviceName);
        _sizes = new BatchSizes(settings.MaxBatchSize ?? _device.LargestBatch);
        _network = folder.BuildNetwork();
        _network.to(_device.Device);
        _network.PrepareForServing(precision: precision);

        var manifest = folder.Manifest;
        PreprocessingManifest?[] views = [manifest.Preprocessing, manifest.Captioning?.Preprocessing, manifest.Answering?.Preprocessing];
        InputSize[] sizes = [.. views.OfType<PreprocessingManifest>().Select(SizeOf).Distinct()];
        _samples = [.. sizes.Select(Noise)];
        _cut = new CutNetwork(_network, _samples, _network.UseFolded);
        if (!_cut.Layers.ContainsKey(manifest.DefaultLayer))
        {
            var why = _cut.UnusableLayers.TryGetValue(manifest.DefaultLayer, out var objection) ? $": {objection}" : "";
            throw new InvalidModelException(folder.Path, [$"default_layer: the network has no layer '{manifest.DefaultLayer}' with maps{why}"]);
        }
        BatchTrial[] trials = [.. _samples.Select(_ => new BatchTrial(_sizes, time))];
        foreach (var (trial, sample) in trials.Zip(_samples).OrderByDescending(pair => pair.Second.numel()))
            WarmUp(sample, trial);
        heads.Load(_cut, Noise);
        var isMeasured = measures && !settings.IsComplete;

        // Photos to classify are what most batches are of.
        if (isMeasured)
            trials[0].RunFor(size => RunNoise(_samples[0], size), TrialTime);
        Network = _cut;
        return isMeasured ? trials[0].Timings : [];
    }

    /// <summary>Answers who asks about a photo that is still known, then runs the other rows. Of rows of one photo the first runs for all.</summary>
    public void Process(IReadOnlyList<QueuedItem<RowGroup>> batch)
    {
        QueuedItem<InferenceRow>[] left =
            [.. batch.SelectMany(queued => queued.Item.Rows.Select(row => new QueuedItem<InferenceRow>(row, queued.EnqueuedAt)))];
        while (left.Length > 0)
        {
            var unknown = left.Select(Recall).Where(queued => queued.Item.Requests.Count > 0).ToArray();
            var first = FirstOfEachPhoto(unknown);

            foreach (var rows in Passes(first))
                Run(rows);
            left = [.. unknown.Except(first)];
        }
    }

    public void Close()
    {
        _network?.Dispose();
        foreach (var sample in _samples)
            sample.Dispose();
        _device?.Dispose();
    }

    /// <summary>Answers those of a row's requests for which what the layers say of its photo is still known.</summary>
    /// <returns>The row with the others.</returns>
    private QueuedItem<InferenceRow> Recall(QueuedItem<InferenceRow> queued)
    {
        var row = queued.Item;
        InferenceRequest[] others = [.. row.Requests.Where(request => !TryRecall(request, row, queued.EnqueuedAt))];
        if (others.Length == 0)
            row.Input.Dispose();
        return queued with { Item = row with { Requests = others } };
    }

    /// <summary>Answers a request without a pass, where what the layers say of its photo is still known.</summary>
    /// <returns>Whether it is.</returns>
    private bool TryRecall(InferenceRequest request, InferenceRow row, long enqueuedAt)
    {
        if (request.Key is not { } key || !cache.TryGet(key, out var kept))
            return false;
        metrics.Recalled(folder.Manifest.Name, isKnown: true);
        using var scope = NewDisposeScope();
        var image = Stack([row], rows: 1);
        request.Predicted(new ForwardResult(kept.Logits, time.GetElapsedTime(enqueuedAt), TimeSpan.Zero, BatchSize: 1));
        Inspect(request, image, kept.Logits, () => kept.Observed(request.Query.Observed));
        request.Finished();
        return true;
    }

    /// <summary>The rows that run now. Who asks for no more than what the pass of one of them will leave behind waits for it.</summary>
    private static List<QueuedItem<InferenceRow>> FirstOfEachPhoto(QueuedItem<InferenceRow>[] rows)
    {
        var first = new List<QueuedItem<InferenceRow>>();
        var keys = new HashSet<ActivationKey>();
        foreach (var queued in rows)
        {
            var requests = queued.Item.Requests;
            if (requests.All(request => request.Key is { } key && keys.Contains(key)))
                continue;
            first.Add(queued);
            keys.UnionWith(requests.Select(request => request.Key).OfType<ActivationKey>());
        }
        return first;
    }

    /// <summary>
    /// The rows that run together: inputs of one size, and no more than a batch has. For items are counted, and some have several rows. Whose
    /// first row came first runs first.
    /// </summary>
    private IEnumerable<QueuedItem<InferenceRow>[]> Passes(IReadOnlyList<QueuedItem<InferenceRow>> rows) => rows
        .Index()
        .GroupBy(row => SizeOf(row.Item.Item.Input))
        .SelectMany(ofSize => ofSize.Chunk(_sizes!.Largest))
        .OrderBy(pass => pass[0].Index)
        .Select(pass => pass.Select(row => row.Item).ToArray());

    private static InputSize SizeOf(PreprocessingManifest view) => new(view.CropHeight, view.CropWidth);

    private static InputSize SizeOf(ModelInput input) => new(input.Height, input.Width);

    private Tensor Noise(InputSize size) => ChannelsLast.Noise(size.Height, size.Width, _device!.Device);

    private void Run(QueuedItem<InferenceRow>[] batch)
    {
        using var scope = NewDisposeScope();
        var rows = batch.Select(queued => queued.Item).ToArray();
        Tensor images;
        ForwardPass pass;
        float[][] logits;
        TimeSpan forward;
        var arePredicted = false;
        var started = time.GetTimestamp();
        metrics.Ran(folder.Manifest.Name, rows.Length);
        using (var stage = metrics.Measure(Stage.Forward, folder.Manifest.Name))
        {
            images = Stack(rows, _device!.FillsBatches ? _sizes!.For(rows.Length) : rows.Length);
            foreach (var row in rows)
                row.Input.Dispose();
            pass = _cut!.Forward(images, [.. rows.Select(row => row.Query)]);
            logits = Rows(pass.Outputs);
            forward = stage.Elapsed;
        }
        for (var i = 0; i < rows.Length; i++)
            FailUnlessFinite(rows[i], logits[i]);

        try
        {
            Explain([.. rows.Select(row => row.Explanation)], images, pass, logits, Predict);
        }
        finally
        {
            // They are good without maps.
            Predict();
        }
        for (var i = 0; i < rows.Length; i++)
        {
            var image = i;
            foreach (var request in rows[i].Requests)
                Inspect(request, images.narrow(0, i, 1), logits[i], () => Observed(request, pass, image, logits[image]));
        }
        foreach (var request in rows.SelectMany(row => row.Requests))
            request.Finished();

        void Predict()
        {
            if (arePredicted)
                return;
            arePredicted = true;
            for (var i = 0; i < rows.Length; i++)
            {
                var result = new ForwardResult(logits[i], time.GetElapsedTime(batch[i].EnqueuedAt, started), forward, rows.Length);
                foreach (var request in rows[i].Requests)
                    request.Predicted(result);
            }
        }
    }

    private static void FailUnlessFinite(InferenceRow row, float[] logits)
    {
        if (logits.All(float.IsFinite))
            return;
        foreach (var request in row.Requests)
            request.Fail(new NonFiniteException("the network's outputs"));
    }

    /// <summary>What the layers that a request observes say of its photo. Where it has a key, that is kept.</summary>
    private IReadOnlyList<Tensor> Observed(InferenceRequest request, ForwardPass pass, int image, float[] logits)
    {
        var layers = request.Query.Observed;
        var observed = layers.Select(layer => pass.Activations(image, layer));
        if (request.Key is not { } key)
            return [.. observed];

        // Another request of its row may have left it there.
        var isKnown = cache.TryGet(key, out var kept);
        metrics.Recalled(folder.Manifest.Name, isKnown);
        if (!isKnown)
        {
            kept = KeptPhoto.Of(logits, observed);
            cache.Keep(key, kept);
        }

        // As whoever asks next will have them.
        return kept!.Observed(layers);
    }

    /// <param name="batch">The batch; null where no maps are wanted.</param>
    /// <param name="images">[R, 3, h, w], as many as the batch has or more.</param>
    /// <param name="pass">Its forward pass.</param>
    /// <param name="logits">Its outputs.</param>
    /// <param name="predict">
    /// Hands the predictions over, to those that have not failed; once. They wait for maps that cost a product with the activations and nothing
    /// else: who reads both is woken once. Whoever calls this hands over those that are left.
    /// </param>
    private void Explain(ExplanationRequest?[] batch, Tensor images, ForwardPass pass, float[][] logits, Action predict)
    {
        var comeAtOnce = pass.HasNoTape && batch.OfType<ExplanationRequest>().SelectMany(request => request.Cams).All(cam => cam is IMeanGradientMethod);
        if (!comeAtOnce)
            predict();

        // Who has left in the meantime, or has failed, costs nothing more.
        var scores = batch.Select((request, i) => request is { IsWaiting: true } ? Scores(request, logits[i]) : []).ToArray();
        if (scores.All(chosen => chosen.Length == 0))
            return;

        using var stage = metrics.Measure(Stage.Backward, folder.Manifest.Name);
        var targets = scores.Select(chosen => chosen.Select(one => one.Score.Target).ToArray()).ToArray();
        var left = batch.Select((request, i) => scores[i].Length * (request?.MapsPerTarget ?? 0)).ToArray();
        void Deliver(int image, int target, SaliencyMap map)
        {
            var request = batch[image]!;
            var (targetIndex, score) = scores[image][target];
            if (map.IsFinite)
            {
                request.Ready(new ReadyMap(targetIndex, score.ClassIndex, map, stage.Elapsed));
            }
            else
            {
                predict();
                request.Fail(new NonFiniteException($"the values of the {map.Method.Name} map of {score.Name}"));
            }

            // Who has all its maps need not wait for those of the others.
            if (--left[image] == 0)
                request.Finished();
        }

        if (batch.Any(request => request?.Cams.Count > 0))
        {
            pass.Explain(
                [.. targets.Select((wanted, i) => batch[i]?.Cams.Count > 0 ? wanted : [])],
                [.. batch.Select(request => request?.Cams ?? [])],
                Deliver,
                image => batch[image] is { IsWaiting: true });
        }

        // What follows runs the network again.
        predict();
        for (var i = 0; i < batch.Length; i++)
        {
            var image = i;
            if (batch[i] is { Attributions.Count: > 0, IsWaiting: true } request && targets[i].Length > 0)
                Attribute(request, images.narrow(0, i, 1), targets[i], (target, map) => Deliver(image, target, map));
        }
    }

    /// <summary>Runs the methods that ask the network about one photo. What goes wrong there is that photo's alone.</summary>
    private void Attribute(ExplanationRequest request, Tensor image, ScoreTarget[] targets, Action<int, SaliencyMap> deliver)
    {
        try
        {
            Attributions.Explain(_cut!, image, request.Layers, targets, request.Attributions, (target, map) =>
            {
                deliver(target, map);
                if (!request.IsWaiting)
                    throw new OperationCanceledException("nobody waits for the other maps");
            }, request.Cancellation);
        }
        catch (Exception fault)
        {
            request.Fail(fault);
        }
    }

    /// <param name="request">The request; nothing happens where it is no inspection, or nobody waits for it.</param>
    /// <param name="image">[1, 3, h, w].</param>
    /// <param name="logits">The outputs.</param>
    /// <param name="observe">What the layers say that it observes.</param>
    private void Inspect(InferenceRequest request, Tensor image, float[] logits, Func<IReadOnlyList<Tensor>> observe)
    {
        if (request is not IInspection inspection || !request.IsWaiting)
            return;
        using var scope = NewDisposeScope();
        try
        {
            inspection.Run(new InspectedPhoto(_cut!, image, logits, observe(), request.Cancellation));
        }
        catch (Exception fault)
        {
            request.Fail(fault);
        }
        request.Finished();
    }

    /// <summary>The scores to explain, each with the index of the target that asks for it.</summary>
    private static (int TargetIndex, ChosenScore Score)[] Scores(ExplanationRequest request, float[] logits) =>
        [.. request.Targets.SelectMany((target, i) => target.Scores(logits).Select(score => (i, score)))];

    /// <summary>Brings inputs, which are of one size, to the device: [R, 3, h, w], channels last.</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="rows">R, as many as they are or more: the rest are zeros.</param>
    private Tensor Stack(InferenceRow[] batch, int rows)
    {
        var input = batch[0].Input;
        return _device!.Upload(batch.Length, input.Height, input.Width, (i, values) => batch[i].Input.Values.CopyTo(values), rows);
    }

    private static float[][] Rows(Tensor outputs)
    {
        var values = TensorValues.Floats(outputs);
        return [.. values.Chunk(values.Length / (int)outputs.shape[0])];
    }

    /// <summary>
    /// Runs batches of several sizes, the largest first: the memory that it takes serves all the others. In the host's memory it is half as
    /// large again as any that will come, for small pieces in the midst of freed buffers would else make the process grow while it serves,
    /// now and then by a buffer.
    /// </summary>
    private void WarmUp(Tensor sample, BatchTrial trial)
    {
        if (_device!.Device.type is DeviceType.CPU)
            RunNoise(sample, _sizes!.Largest + _sizes.Largest / 2);
        trial.Run(size => RunNoise(sample, size));
    }

    /// <summary>Explains a batch of one photo of noise.</summary>
    private void RunNoise(Tensor sample, int size)
    {
        using var scope = NewDisposeScope();

        // At some size the default layer may have no maps.
        var query = _cut!.LayersAt(InputSize.Of(sample)).TryGetValue(folder.Manifest.DefaultLayer, out var layer)
            ? new ImageQuery([layer], 1)
            : ImageQuery.PredictionOnly;
        var images = ChannelsLast.Of(sample.expand(size, -1, -1, -1));
        _cut.Forward(images, [.. Enumerable.Repeat(query, size)]).Explain(
            [.. Enumerable.Repeat<ScoreTarget[]>([ScoreTarget.Of(0)], size)],
            [.. Enumerable.Repeat<ICamMethod[]>([new GradCam()], size)],
            (_, _, _) => { });
    }
}
