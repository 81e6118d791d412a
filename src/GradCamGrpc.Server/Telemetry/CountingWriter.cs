using Google.Protobuf;
using Grpc.Core;

namespace GradCamGrpc.Server.Telemetry;

/// <summary>Sends messages to a client, and counts their bytes.</summary>
internal sealed class CountingWriter<T>(IServerStreamWriter<T> messages, CallBytes bytes) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => messages.WriteOptions;
        set => messages.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        await messages.WriteAsync(message, cancellationToken);
        bytes.AddSent(((IMessage)message!).CalculateSize());
    }
}
