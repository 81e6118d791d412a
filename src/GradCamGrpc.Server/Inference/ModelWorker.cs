using System.Runtime.InteropServices;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using GradCamGrpc.Server.Captioning;
using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Telemetry;
using GradCamGrpc.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>Runs a model's batches, all on the one thread that owns its tensors.</summary>
internal sealed class ModelWorker(ModelFolder folder, string device, int maxBatch, ServerMetrics metrics, TimeProvider time)
    : IBatchProcessor<InferenceRequest>
{
    private readonly Device _device = new(device);
    private ServableNetwork? _network;
    private CutNetwork? _cut;
    private Captioner? _captioner;

    /// <summary>The layers that can be explained at; null before the model has started.</summary>
    public IReadOnlyDictionary<string, CutLayer>? Layers { get; private set; }

    /// <summary>The parts of the network that cannot be explained at, by name: why, a clause. Null before the model has started.</summary>
    public IReadOnlyDictionary<string, string>? UnusableLayers { get; private set; }

    /// <summary>The model's captioning head; null where it has none, and before the model has started.</summary>
    public Captioner? Captioner => _captioner;

    /// <summary>Why a method cannot be used at a layer; null where it can. Any thread may ask, once the model has started.</summary>
    public string? ObjectionTo(IExplanationMethod method, CutLayer layer) => method.ObjectionTo(_cut!, layer);

    /// <summary>Loads the model and runs it, so that the first requests pay for neither.</summary>
    public void Open()
    {
        _network = folder.BuildNetwork();
        _network.to(_device);
        _network.PrepareForServing();

        var input = folder.Manifest.Preprocessing;
        var sample = ChannelsLast.Noise(input.CropHeight, input.CropWidth, _device);
        _cut = new CutNetwork(_network, sample, _network.UseFolded);
        if (!_cut.Layers.ContainsKey(folder.Manifest.DefaultLayer))
        {
            var why = _cut.UnusableLayers.TryGetValue(folder.Manifest.DefaultLayer, out var objection) ? $": {objection}" : "";
            throw new InvalidModelException(folder.Path, [$"default_layer: the network has no layer '{folder.Manifest.DefaultLayer}' with maps{why}"]);
        }
        WarmUp(sample);
        if (folder.Manifest.Captioning is not null)
            _captioner = BuildCaptioner(sample);
        UnusableLayers = _cut.UnusableLayers;
        Layers = _cut.Layers;
    }

    public void Process(IReadOnlyList<QueuedItem<InferenceRequest>> batch)
    {
        using var scope = NewDisposeScope();
        var requests = batch.Select(queued => queued.Item).ToArray();
        Tensor images;
        ForwardPass pass;
        float[][] logits;
        TimeSpan forward;
        var started = time.GetTimestamp();
        using (var stage = metrics.Measure(Stage.Forward, folder.Manifest.Name))
        {
            images = Stack(requests);
            pass = _cut!.Forward(images, [.. requests.Select(request => request.Query)]);
            logits = Rows(pass.Outputs);
            forward = stage.Elapsed;
        }
        for (var i = 0; i < requests.Length; i++)
        {
            if (logits[i].All(float.IsFinite))
                requests[i].Predicted(new ForwardResult(logits[i], time.GetElapsedTime(batch[i].EnqueuedAt, started), forward, requests.Length));
            else
                requests[i].Fail(new NonFiniteException("the network's outputs"));
        }

        Explain([.. requests.Select(request => request as ExplanationRequest)], images, pass, logits);
        Inspect(requests, images, pass, logits);
        foreach (var request in requests)
            request.Finished();
    }

    public void Close()
    {
        _captioner?.Dispose();
        _network?.Dispose();
    }

    /// <summary>Loads the captioning head and captions a photo of noise, so that the first request pays for neither.</summary>
    private Captioner BuildCaptioner(Tensor sample)
    {
        Captioner.CheckSources(folder, _cut!.Layers);
        var (head, words) = folder.BuildCaptionHead();
        var captioner = new Captioner(head, words);
        using var scope = NewDisposeScope();
        var pass = _cut.Forward(sample, [captioner.Query]);
        var photo = captioner.Look([.. captioner.Layers.Select(layer => pass.Activations(0, layer))]);
        captioner.Say(photo, captioner.DefaultChoice(folder.Manifest.Captioning!), default);
        return captioner;
    }

    /// <param name="batch">The batch; null where no maps are wanted.</param>
    /// <param name="images">[B, 3, h, w].</param>
    /// <param name="pass">Its forward pass.</param>
    /// <param name="logits">Its outputs.</param>
    private void Explain(ExplanationRequest?[] batch, Tensor images, ForwardPass pass, float[][] logits)
    {
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
                request.Ready(new ReadyMap(targetIndex, score.ClassIndex, map, stage.Elapsed));
            else
                request.Fail(new NonFiniteException($"the values of the {map.Method.Name} map of {score.Name}"));

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

    private void Inspect(InferenceRequest[] batch, Tensor images, ForwardPass pass, float[][] logits)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            if (batch[i] is not IInspection inspection || !batch[i].IsWaiting)
                continue;
            using var scope = NewDisposeScope();
            try
            {
                var observed = batch[i].Query.Observed.Select(layer => pass.Activations(i, layer)).ToArray();
                inspection.Run(new InspectedPhoto(_cut!, images.narrow(0, i, 1), logits[i], observed, batch[i].Cancellation));
            }
            catch (Exception fault)
            {
                batch[i].Fail(fault);
            }
            batch[i].Finished();
        }
    }

    /// <summary>The scores to explain, each with the index of the target that asks for it.</summary>
    private static (int TargetIndex, ChosenScore Score)[] Scores(ExplanationRequest request, float[] logits) =>
        [.. request.Targets.SelectMany((target, i) => target.Scores(logits).Select(score => (i, score)))];

    /// <summary>Copies the inputs into one tensor and gives their buffers back.</summary>
    private Tensor Stack(InferenceRequest[] batch)
    {
        var input = batch[0].Input;
        var stacked = empty(batch.Length, input.Height, input.Width, 3);               // [B, h, w, 3]
        var bytes = stacked.bytes;
        var size = bytes.Length / batch.Length;
        for (var i = 0; i < batch.Length; i++)
        {
            MemoryMarshal.AsBytes(batch[i].Input.Values).CopyTo(bytes[(i * size)..]);
            batch[i].Input.Dispose();
        }
        return stacked.to(_device).permute(0, 3, 1, 2);                                     // [B, 3, h, w], channels last
    }

    private static float[][] Rows(Tensor outputs)
    {
        var values = TensorValues.Floats(outputs);
        return [.. values.Chunk(values.Length / (int)outputs.shape[0])];
    }

    private IEnumerable<int> WarmUpSizes()
    {
        yield return maxBatch + maxBatch / 2;
        for (var size = maxBatch; size > 0; size /= 2)
            yield return size;
    }

    /// <summary>
    /// Runs batches of several sizes, the largest first: the memory that it takes serves all the others. It is half as large again as any
    /// that will come, for small pieces in the midst of freed buffers would else make the process grow while it serves, now and then by
    /// a buffer.
    /// </summary>
    private void WarmUp(Tensor sample)
    {
        var query = new ImageQuery([_cut!.Layers[folder.Manifest.DefaultLayer]], 1);
        foreach (var size in WarmUpSizes())
        {
            using var scope = NewDisposeScope();
            var images = ChannelsLast.Of(sample.expand(size, -1, -1, -1));
            _cut.Forward(images, [.. Enumerable.Repeat(query, size)]).Explain(
                [.. Enumerable.Repeat<ScoreTarget[]>([ScoreTarget.Of(0)], size)],
                [.. Enumerable.Repeat<ICamMethod[]>([new GradCam()], size)],
                (_, _, _) => { });
        }
    }
}
