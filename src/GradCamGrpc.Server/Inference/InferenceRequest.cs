using System.Threading.Channels;
using GradCamGrpc.Batching;
using GradCamGrpc.Explain.Attribution;
using GradCamGrpc.Explain.Cuts;
using GradCamGrpc.Explain.Methods;
using GradCamGrpc.Imaging.Preprocessing;

namespace GradCamGrpc.Server.Inference;

/// <summary>A photo on its way through a model: what is asked, and where the answers go.</summary>
/// <remarks>The model's thread writes the answers, the call reads them. The input's buffer goes back as soon as the model has copied it.</remarks>
internal sealed class InferenceRequest : IBatchItem
{
    private readonly TaskCompletionSource<ForwardResult> _prediction = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<ReadyMap> _maps =
        Channel.CreateUnbounded<ReadyMap>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <param name="input">The network's input; the request owns it from here on.</param>
    /// <param name="layers">The layers to explain at; empty for a prediction alone.</param>
    /// <param name="targets">What is explained; empty for a prediction alone.</param>
    /// <param name="methods">How maps are made.</param>
    /// <param name="deadline">When the client stops waiting; null for never.</param>
    /// <param name="cancellation">Says that the client has stopped waiting.</param>
    public InferenceRequest(
        ModelInput input,
        IReadOnlyList<CutLayer> layers,
        IReadOnlyList<TargetChoice> targets,
        IReadOnlyList<IExplanationMethod> methods,
        DateTimeOffset? deadline,
        CancellationToken cancellation)
    {
        Input = input;
        Targets = targets;
        Layers = layers;
        Cams = [.. methods.OfType<ICamMethod>()];
        Attributions = [.. methods.OfType<IAttributionMethod>()];
        Deadline = deadline;
        Cancellation = cancellation;
        Query = Cams.Count == 0 ? ImageQuery.PredictionOnly : new ImageQuery(layers, targets.Sum(target => target.Count));
    }

    public ModelInput Input { get; }

    public ImageQuery Query { get; }

    public IReadOnlyList<TargetChoice> Targets { get; }

    public IReadOnlyList<CutLayer> Layers { get; }

    /// <summary>The methods that share the batch's backward pass.</summary>
    public IReadOnlyList<ICamMethod> Cams { get; }

    /// <summary>The methods that ask the network about this photo alone.</summary>
    public IReadOnlyList<IAttributionMethod> Attributions { get; }

    /// <summary>Maps that each target stands for.</summary>
    public int MapsPerTarget => Layers.Count * Cams.Count + Attributions.Sum(method => method.UsesLayer ? Layers.Count : 1);

    public DateTimeOffset? Deadline { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Whether anybody still waits for maps.</summary>
    public bool IsWaiting => !Cancellation.IsCancellationRequested && !_prediction.Task.IsFaulted;

    /// <summary>The prediction, once the batch has run.</summary>
    public Task<ForwardResult> Prediction => _prediction.Task;

    /// <summary>The maps, each as it is ready.</summary>
    public IAsyncEnumerable<ReadyMap> Maps => _maps.Reader.ReadAllAsync(Cancellation);

    public void Predicted(ForwardResult result) => _prediction.TrySetResult(result);

    public void Explained(ReadyMap map) => _maps.Writer.TryWrite(map);

    public void Finished() => _maps.Writer.TryComplete();

    public void Fail(Exception reason)
    {
        Input.Dispose();
        _prediction.TrySetException(reason);
        _maps.Writer.TryComplete(reason);

        // A call that was cancelled has left; nobody may be there to see the fault of a task that nobody awaits.
        _ = _prediction.Task.Exception;
    }
}
