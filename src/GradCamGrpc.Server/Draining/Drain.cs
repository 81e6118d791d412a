using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Telemetry;

namespace GradCamGrpc.Server.Draining;

/// <summary>
/// What is accepted and not answered yet, and how the server ends: once the drain begins, nothing more is accepted, and what is not answered
/// at its timeout is cut off.
/// </summary>
/// <param name="timeout">How long accepted calls may take once it begins.</param>
/// <param name="time">Measures that.</param>
/// <param name="logger">Told of its beginning and its end.</param>
internal sealed class Drain(TimeSpan timeout, TimeProvider time, ILogger<Drain> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _begun = new();
    private readonly CancellationTokenSource _cutOff = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private long _start;
    private int _calls;
    private int _photos;
    private bool _hasEnded;

    /// <summary>Cancelled when it begins.</summary>
    public CancellationToken Begun => _begun.Token;

    /// <summary>Cancelled when the time is up: what is not answered by now is cut off.</summary>
    public CancellationToken CutOff => _cutOff.Token;

    /// <summary>Ends once it has begun and every accepted call has ended, or is cut off.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Whether there were accepted calls when it began, which have ended.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether an accepted call was cut off.</summary>
    public bool HasCut { get; private set; }

    /// <summary>What is said to whom the server takes no more from.</summary>
    public static ServerUnavailableException Refusal => new("the server is stopping and takes no more: send what has no answer to another one, or later");

    /// <summary>Accepts a call, which has to <see cref="Leave"/> once its client has the whole answer.</summary>
    /// <returns>Whether it is accepted: none is any more once the drain has begun.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_begun.IsCancellationRequested)
                return false;
            _calls++;
            return true;
        }
    }

    /// <summary>An accepted call has ended.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _calls--;
            if (_calls > 0 || !_begun.IsCancellationRequested)
                return;
            HasAnswered = true;
            _answered.TrySetResult();
        }
    }

    /// <summary>So many more photos of streams are accepted and not answered.</summary>
    public void AddPhotos(int count)
    {
        lock (_gate)
            _photos += count;
    }

    /// <summary>Takes no more from now on, and gives what is accepted its time. It begins once.</summary>
    public void Begin()
    {
        int calls, photos;
        lock (_gate)
        {
            if (_begun.IsCancellationRequested)
                return;
            (calls, photos) = (_calls, _photos);
            _start = time.GetTimestamp();
            if (calls == 0)
                _answered.TrySetResult();

            // What waits for it goes on elsewhere.
            _ = _begun.CancelAsync();
        }
        logger.Draining(calls, photos);
        lock (_gate)
            _timer = time.CreateTimer(_ => Expire(), null, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The server has stopped: nothing is cut off any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_hasEnded || !_begun.IsCancellationRequested)
                return;
            _hasEnded = true;
            _timer?.Dispose();
        }
        if (HasCut)
            return;
        var elapsed = time.GetElapsedTime(_start);
        logger.Drained(elapsed);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _begun.Dispose();
        _cutOff.Dispose();
    }

    private void Expire()
    {
        int calls, photos;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            (calls, photos) = (_calls, _photos);
            HasCut = calls > 0;
        }
        if (calls > 0)
            logger.CutOff(timeout, calls, photos);
        _cutOff.Cancel();
        _answered.TrySetResult();
    }
}
