using Grpc.Core;

namespace GradCamGrpc.Server.Access;

/// <summary>Hands a client's messages on no faster than its quota allows; the first was paid for with the call.</summary>
/// <param name="messages">The client's.</param>
/// <param name="quota">How much it may ask.</param>
internal sealed class PacedReader<T>(IAsyncStreamReader<T> messages, Quota quota) : IAsyncStreamReader<T>
{
    private bool _isPaidFor = true;

    public T Current => messages.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        // The end of the messages costs nothing.
        if (!await messages.MoveNext(cancellationToken))
            return false;
        if (!_isPaidFor)
            await quota.WaitAsync(cancellationToken);
        _isPaidFor = false;
        return true;
    }
}
