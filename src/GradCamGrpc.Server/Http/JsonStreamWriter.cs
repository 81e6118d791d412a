using Grpc.Core;

namespace GradCamGrpc.Server.Http;

/// <summary>Writes a stream's messages as JSON. The framework cuts the connection where a call's token ends beside a write; its client is to read why instead.</summary>
internal sealed class JsonStreamWriter<T>(IServerStreamWriter<T> writer) : IServerStreamWriter<T>
{
    /// <summary>Of no effect: the framework sends each line at once, and has no such options.</summary>
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => writer.WriteAsync(message);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writer.WriteAsync(message, CancellationToken.None);
    }
}
