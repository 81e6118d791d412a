using Google.Protobuf;
using Grpc.Core;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Sends an answer that has several parts.</summary>
internal static class StreamedParts
{
    /// <summary>More than that does not wait for what follows: what one frame of HTTP/2 holds.</summary>
    private const int MostHeldBytes = 1 << 14;

    private static readonly WriteOptions Held = new(WriteFlags.BufferHint);

    /// <summary>
    /// Sends the parts, each as soon as it is there. Small ones that are there at the same time go together, the last ones with the call's end:
    /// each sending costs the server, and whoever reads, a turn.
    /// </summary>
    /// <remarks>
    /// Behind a small part the next is asked for at once, to see whether it is there. A large one is sent first, so that of a client who does not
    /// read no more than one waits, and what the source holds for it stays taken until then.
    /// </remarks>
    /// <param name="responses">Where they go.</param>
    /// <param name="parts">The parts. None may be long in the making without giving way, for a small part before it would wait.</param>
    /// <param name="cancellation">Says that nobody waits for them any more.</param>
    public static async Task WriteAllAsync<T>(this IServerStreamWriter<T> responses, IAsyncEnumerable<T> parts, CancellationToken cancellation)
        where T : IMessage
    {
        await using var source = parts.GetAsyncEnumerator(cancellation);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            var held = 0;
            while (await next)
            {
                var part = source.Current;
                held += part.CalculateSize();
                var isLarge = held > MostHeldBytes;
                if (!isLarge)
                    next = source.MoveNextAsync().AsTask();
                if (isLarge || !next.IsCompletedSuccessfully)
                    held = 0;
                responses.WriteOptions = held > 0 ? Held : WriteOptions.Default;
                await responses.WriteAsync(part, cancellation);
                if (isLarge)
                    next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // Where a part could not be sent, its source may still be at the next; it ends no other way, and what it says then comes too late.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
