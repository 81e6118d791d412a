using System.Threading.Channels;

namespace GradCamGrpc.Server.Inference;

/// <summary>A photo of which more is wanted than a prediction: items that come one by one.</summary>
/// <param name="cancellation">Says that the client has stopped waiting.</param>
internal abstract class StreamingRequest<TItem>(CancellationToken cancellation) : InferenceRequest(cancellation)
{
    private readonly Channel<TItem> _items =
        Channel.CreateUnbounded<TItem>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>The items, each as it is ready; after a fault those that came before it, and then the fault.</summary>
    public IAsyncEnumerable<TItem> Items => _items.Reader.ReadAllAsync(Cancellation);

    public void Ready(TItem item) => _items.Writer.TryWrite(item);

    public override void Finished() => _items.Writer.TryComplete();

    public override void Fail(Exception reason)
    {
        base.Fail(reason);
        _items.Writer.TryComplete(reason);
    }
}
