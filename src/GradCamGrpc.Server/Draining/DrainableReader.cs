using Grpc.Core;

namespace GradCamGrpc.Server.Draining;

/// <summary>What a client sends, until it ends its side or the server drains.</summary>
/// <param name="requests">What it sends.</param>
/// <param name="read">Told of each message.</param>
/// <param name="draining">Cancelled when the server drains.</param>
internal sealed class DrainableReader<T>(IAsyncStreamReader<T> requests, Action<T> read, CancellationToken draining) : IAsyncStreamReader<T>
{
    public T Current => requests.Current;

    /// <summary>Whether it ended because the server drains, though the client may have more to say.</summary>
    public bool IsCutShort { get; private set; }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (IsCutShort)
            return false;

        // While the server drains, nothing is waited for; but a client who had ended its side before has nothing more to say.
        var wasDraining = draining.IsCancellationRequested;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = requests.MoveNext(patience.Token);
        try
        {
            await using (draining.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience))
            {
                if (!await reading)
                    return false;
            }
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            IsCutShort = true;
            return false;
        }
        IsCutShort = wasDraining;
        if (IsCutShort)
            return false;
        read(Current);
        return true;
    }
}
