namespace GradCamGrpc.Server.Inference;

/// <summary>Counts who uses something that will be closed one day. Any thread may use it.</summary>
internal sealed class UseCount
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private bool _isClosing;

    /// <summary>Who uses it at this moment.</summary>
    public int Users
    {
        get
        {
            lock (_lock)
                return _users;
        }
    }

    /// <summary>Begins a use, which <see cref="End"/> ends.</summary>
    /// <returns>False where it is closing; nothing has begun then.</returns>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (_isClosing)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Ends a use.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_users == 0)
                throw new InvalidOperationException("nobody uses it");
            _users--;
            TellIfUnused();
        }
    }

    /// <summary>From here on nobody begins.</summary>
    /// <returns>Ends when everybody has ended.</returns>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosing = true;
            TellIfUnused();
        }
        return _unused.Task;
    }

    private void TellIfUnused()
    {
        if (_isClosing && _users == 0)
            _unused.TrySetResult();
    }
}
