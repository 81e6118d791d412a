namespace GradCamGrpc.Server.Hosting;

/// <summary>How far the server has come.</summary>
internal sealed class ServerState
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when all models are loaded; faults with why one cannot be.</summary>
    public Task WhenReady => _ready.Task;

    /// <summary>Whether a model could not be loaded.</summary>
    public bool HasFailed { get; private set; }

    public void Ready() => _ready.TrySetResult();

    public void Failed(Exception fault)
    {
        HasFailed = true;
        _ready.TrySetException(fault);
    }
}
