using System.Threading.Channels;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Several streams as one. Little waits between them and the reader: who is read slowly is made slowly.</summary>
internal static class MergedStreams
{
    /// <summary>The items of all streams, each as it is there; those of one stream stay in their order.</summary>
    /// <param name="streams">The streams.</param>
    /// <param name="stop">Cancelled when nothing more is wanted of any: one has failed, or the reader has left. No stream runs any more after that.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(IEnumerable<IAsyncEnumerable<T>> streams, CancellationTokenSource stop)
    {
        var items = Channel.CreateBounded<T>(capacity: 1);
        var copying = CopyAllAsync([.. streams], items.Writer, stop);
        try
        {
            // It ends when every stream does, which the cancellation makes them do.
            await foreach (var item in items.Reader.ReadAllAsync(CancellationToken.None))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync();
            await copying;
        }
    }

    private static async Task CopyAllAsync<T>(IAsyncEnumerable<T>[] streams, ChannelWriter<T> items, CancellationTokenSource stop)
    {
        await Task.WhenAll(streams.Select(stream => CopyAsync(stream, items, stop)));
        items.TryComplete();
    }

    private static async Task CopyAsync<T>(IAsyncEnumerable<T> stream, ChannelWriter<T> items, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var item in stream.WithCancellation(stop.Token))
                await items.WriteAsync(item, stop.Token);
        }
        catch (Exception fault)
        {
            // The reader is told of the first; the others end because of it.
            items.TryComplete(fault);
            await stop.CancelAsync();
        }
    }
}
