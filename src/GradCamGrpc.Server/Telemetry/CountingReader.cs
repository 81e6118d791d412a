using Google.Protobuf;
using Grpc.Core;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>Reads a client's messages, and counts their bytes.</summary>
internal sealed class CountingReader<T>(IAsyncStreamReader<T> messages, CallBytes bytes) : IAsyncStreamReader<T>
{
    public T Current => messages.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await messages.MoveNext(cancellationToken))
            return false;
        bytes.AddRead(((IMessage)Current!).CalculateSize());
        return true;
    }
}
