using System.Threading.Channels;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Where the answers to several items wait until they are sent. Little waits: who answers faster than is sent, waits too.</summary>
/// <remarks>One thread at a time opens; any thread sends; one reads.</remarks>
/// <param name="isOrdered">Whether all that is sent for an item comes before anything of those that were opened later.</param>
internal sealed class Outbox<T>(bool isOrdered)
{
    private readonly Channel<ChannelReader<T>> _lanes = Channel.CreateUnbounded<ChannelReader<T>>();
    private Channel<T>? _shared;

    /// <summary>Opens an item's way out.</summary>
    public Lane Open()
    {
        if (isOrdered || _shared is null)
        {
            var channel = Channel.CreateBounded<T>(capacity: 1);
            _shared = isOrdered ? null : channel;
            _lanes.Writer.TryWrite(channel.Reader);
            return new Lane(channel, isOrdered);
        }
        return new Lane(_shared, isItsOwn: false);
    }

    /// <summary>Nothing more is opened, and all that was sent is on its way.</summary>
    /// <param name="fault">What ended it before its time; null where all is well.</param>
    public void Complete(Exception? fault = null)
    {
        _lanes.Writer.TryComplete(fault);
        _shared?.Writer.TryComplete(fault);
    }

    /// <summary>Sends all, in its order.</summary>
    /// <param name="send">Sends one.</param>
    /// <param name="stop">Ends the sending; cancelled where it fails, for nobody need answer any more.</param>
    public async Task SendAllAsync(Func<T, CancellationToken, Task> send, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var answer in ReadAllAsync(stop.Token))
                await send(answer, stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>All that is sent, in its order.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var lane in _lanes.Reader.ReadAllAsync(cancellation))
        {
            await foreach (var answer in lane.ReadAllAsync(cancellation))
                yield return answer;
        }
    }

    /// <summary>An item's way out.</summary>
    internal sealed class Lane(Channel<T> channel, bool isItsOwn) : IDisposable
    {
        public ValueTask SendAsync(T answer, CancellationToken cancellation) => channel.Writer.WriteAsync(answer, cancellation);

        /// <summary>
        /// Nothing more is sent for the item. In an ordered outbox it ends when its turn to be sent has come and all of it was taken, so that no
        /// more items are finished and wait than are worked on at a time.
        /// </summary>
        public Task EndAsync(CancellationToken cancellation)
        {
            Dispose();
            return isItsOwn ? channel.Reader.Completion.WaitAsync(cancellation) : Task.CompletedTask;
        }

        /// <summary>Nothing more is sent for the item.</summary>
        public void Dispose()
        {
            if (isItsOwn)
                channel.Writer.TryComplete();
        }
    }
}
