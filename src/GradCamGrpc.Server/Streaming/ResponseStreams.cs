using Grpc.Core;

namespace GradCamGrpc.Server.Streaming;

/// <summary>Writes the answers of calls that have several.</summary>
internal static class ResponseStreams
{
    private static readonly WriteOptions AtOnce = new();

    /// <summary>For a message behind which another one or the call's end is written right away: one packet has both, and wakes its reader once.</summary>
    private static readonly WriteOptions WithTheNext = new(WriteFlags.BufferHint);

    /// <summary>Writes messages as they come. One may wait for its successor where that is there already, but no two in a row.</summary>
    /// <param name="responses">Where they go.</param>
    /// <param name="messages">They; the next one is asked for while one is written.</param>
    /// <param name="cancellation">Says that nobody waits any more.</param>
    public static async Task WriteAllAsync<T>(this IServerStreamWriter<T> responses, IAsyncEnumerable<T> messages, CancellationToken cancellation)
    {
        await using var source = messages.GetAsyncEnumerator(cancellation);
        var isHeld = false;
        var next = source.MoveNextAsync().AsTask();
        while (await next)
        {
            var message = source.Current;
            next = source.MoveNextAsync().AsTask();
            isHeld = !isHeld && next.IsCompletedSuccessfully;
            responses.WriteOptions = isHeld ? WithTheNext : AtOnce;

            // Both, whichever fails: the source cannot be left while it looks for the next one.
            await Task.WhenAll(WriteAsync(message), next);
        }

        async Task WriteAsync(T message) => await responses.WriteAsync(message, cancellation);
    }
}
