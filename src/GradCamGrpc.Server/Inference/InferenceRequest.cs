using GradCamGrpc.Explain.Cuts;

namespace GradCamGrpc.Server.Inference;

/// <summary>What is asked about a photo: a prediction, and nothing more unless a derived type asks for it.</summary>
/// <remarks>A thread of the model's workers writes the answers, the call reads them.</remarks>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal class InferenceRequest(CancellationToken cancellation)
{
    private readonly TaskCompletionSource<ForwardResult> _prediction = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasFailed;

    /// <summary>What the forward pass has to keep for this photo.</summary>
    public virtual ImageQuery Query => ImageQuery.PredictionOnly;

    /// <summary>
    /// What decides the answer, where it depends on the outputs and on what the query's observed layers say alone: if they are still known,
    /// no pass is needed. Null where the network is asked in any case.
    /// </summary>
    public ActivationKey? Key { get; init; }

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether anybody still waits for more than the prediction: the client has not left, and nothing has failed.</summary>
    public bool IsWaiting => !Cancellation.IsCancellationRequested && !_hasFailed;

    /// <summary>The prediction, once the batch has run.</summary>
    public Task<ForwardResult> Prediction => _prediction.Task;

    /// <summary>Hands the prediction over; the first one counts, and only where nothing has failed before.</summary>
    public void Predicted(ForwardResult result) => _prediction.TrySetResult(result);

    /// <summary>Says that nothing more will come.</summary>
    public virtual void Finished()
    {
    }

    public virtual void Fail(Exception reason)
    {
        _hasFailed = true;
        _prediction.TrySetException(reason);

        // A call that was cancelled has left; nobody may be there to see the fault of a task that nobody awaits.
        _ = _prediction.Task.Exception;
    }
}
