using Grpc.Core;

namespace GradCamGrpc.Server.Draining;

/// <summary>Sends to a client, and tells of it.</summary>
/// <param name="responses">Where it goes.</param>
/// <param name="sent">Told of each message once it is on its way.</param>
internal sealed class ToldWriter<T>(IServerStreamWriter<T> responses, Action<T> sent) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => responses.WriteOptions;
        set => responses.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        await responses.WriteAsync(message, cancellationToken);
        sent(message);
    }
}
