using System.Threading.Channels;

namespace GradCamGrpc.Server.Video;

/// <summary>The frame that waits for its turn: one at most.</summary>
/// <remarks>One thread at a time puts, one takes.</remarks>
/// <typeparam name="T">A frame.</typeparam>
internal sealed class FrameQueue<T>
    where T : class
{
    private readonly Channel<T> _waiting;
    private T? _dropped;

    /// <param name="latestWins">Whether a frame that waits gives way to one that comes; else whoever brings one waits.</param>
    public FrameQueue(bool latestWins)
    {
        var options = new BoundedChannelOptions(capacity: 1)
        {
            FullMode = latestWins ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
            SingleReader = true,
            SingleWriter = true,
        };
        _waiting = Channel.CreateBounded<T>(options, dropped => _dropped = dropped);
    }

    /// <summary>Brings a frame.</summary>
    /// <returns>The frame that gave way to it; null for none.</returns>
    public async ValueTask<T?> PutAsync(T frame, CancellationToken cancellation)
    {
        _dropped = null;
        await _waiting.Writer.WriteAsync(frame, cancellation);
        return _dropped;
    }

    /// <summary>No more frames come.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>The frames, each when it is taken.</summary>
    public IAsyncEnumerable<T> TakeAllAsync(CancellationToken cancellation) => _waiting.Reader.ReadAllAsync(cancellation);
}
