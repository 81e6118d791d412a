using Grpc.Core;

namespace GradCamGrpc.Server.Http;

/// <summary>Writes a stream's messages as JSON. The framework cuts the connection where a call's token ends beside a write; its client is to read why instead.</summary>
internal sealed class JsonStreamWriter<T>(IServerStreamWriter<T> writer) : IServerStreamWriter<T>
{
    /// <summary>Kept here and of no effect: the framework's writer of JSON has none, and sends each message at once.</summary>
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => writer.WriteAsync(message);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writer.WriteAsync(message, CancellationToken.None);
    }
}
