namespace GradCamGrpc.Server.Hosting;

/// <summary>How far the server has come.</summary>
internal sealed class ServerState
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when all models are loaded.</summary>
    public Task WhenReady => _ready.Task;

    /// <summary>Whether a model could not be loaded.</summary>
    public bool HasFailed { get; private set; }

    public void Ready() => _ready.TrySetResult();

    public void Failed()
    {
        HasFailed = true;
        _ready.TrySetCanceled();
    }
}
