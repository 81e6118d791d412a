using System.Diagnostics;
using System.Runtime.InteropServices;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Scores;
using GradCamGrpc.Models.Networks;
using GradCamGrpc.Models.Repository;
using TorchSharp;
using static TorchSharp.torch;

namespace GradCamGrpc.Server.Inference;

/// <summary>Runs a model's batches, all on the one thread that owns its tensors.</summary>
internal sealed class ModelWorker(ModelFolder folder, string device, TimeProvider time) : IBatchProcessor<InferenceRequest>
{
    private readonly Device _device = new(device);
    private ServableNetwork? _network;
    private CutNetwork? _cut;

    /// <summary>The layers that can be explained at; empty before the model has started.</summary>
    public IReadOnlyDictionary<string, CutLayer> Layers { get; private set; } = new Dictionary<string, CutLayer>();

    /// <summary>Loads the model and runs it once, so that the first request pays for neither.</summary>
    public void Start()
    {
        _network = folder.BuildNetwork();
        _network.to(_device);
        _network.PrepareForServing();

        var input = folder.Manifest.Preprocessing;
        using var generator = new Generator(seed: 1);
        var sample = ChannelsLast.Of(randn([1, 3, input.CropHeight, input.CropWidth], generator: generator)).to(_device);
        _cut = new CutNetwork(_network, sample, _network.UseFolded);
        Layers = _cut.Layers;
        WarmUp(sample);
    }

    public void Process(IReadOnlyList<InferenceRequest> batch)
    {
        using var scope = NewDisposeScope();
        var started = time.GetTimestamp();
        using var images = Stack(batch);
        var pass = _cut!.Forward(images, [.. batch.Select(request => request.Query)]);
        var logits = Rows(pass.Outputs);
        var forwarded = time.GetTimestamp();

        for (var i = 0; i < batch.Count; i++)
        {
            var queued = batch[i].QueuedFor(started);
            batch[i].Predicted(new ForwardResult(logits[i], queued, time.GetElapsedTime(started, forwarded), batch.Count));
        }
        Explain(batch, pass, logits, forwarded);
        foreach (var request in batch)
            request.Finished();
    }

    public void Stop() => _network?.Dispose();

    private void Explain(IReadOnlyList<InferenceRequest> batch, ForwardPass pass, float[][] logits, long forwarded)
    {
        // Who has left in the meantime costs nothing more.
        var classes = batch.Select((request, i) => request.Cancellation.IsCancellationRequested ? [] : Classes(request, logits[i])).ToArray();
        if (classes.All(chosen => chosen.Length == 0))
            return;

        var targets = classes.Select(chosen => chosen.Select(index => ScoreTarget.Of(index)).ToArray()).ToArray();
        pass.Explain(targets, [.. batch.Select(request => request.Method)], (image, target, map) =>
            batch[image].Explained(new ReadyMap(classes[image][target], map, time.GetElapsedTime(forwarded))));
    }

    private static int[] Classes(InferenceRequest request, float[] logits) =>
        [.. request.Targets.SelectMany(target => target switch
        {
            TargetChoice.Class chosen => [chosen.Index],
            TargetChoice.Top top => Ranking.Top(logits, top.K),
            _ => throw new UnreachableException(),
        })];

    /// <summary>Copies the inputs into one tensor and gives their buffers back.</summary>
    private Tensor Stack(IReadOnlyList<InferenceRequest> batch)
    {
        var input = batch[0].Input;
        using var stacked = empty(batch.Count, input.Height, input.Width, 3);               // [B, h, w, 3]
        var bytes = stacked.bytes;
        var size = bytes.Length / batch.Count;
        for (var i = 0; i < batch.Count; i++)
        {
            MemoryMarshal.AsBytes(batch[i].Input.Values).CopyTo(bytes[(i * size)..]);
            batch[i].Input.Dispose();
        }
        return stacked.to(_device).permute(0, 3, 1, 2);                                     // [B, 3, h, w], channels last
    }

    private static float[][] Rows(Tensor outputs)
    {
        var values = MemoryMarshal.Cast<byte, float>(outputs.cpu().contiguous().bytes).ToArray();
        return [.. values.Chunk(values.Length / (int)outputs.shape[0])];
    }

    private void WarmUp(Tensor sample)
    {
        using var scope = NewDisposeScope();
        var query = new ImageQuery([_cut!.Layers[folder.Manifest.DefaultLayer]], 1);
        _cut.Forward(sample, [query]).Explain([[ScoreTarget.Of(0)]], [new Explain.Methods.GradCam()], (_, _, _) => { });
    }
}
