using System.Threading.Channels;
using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>What a client gets.</summary>
/// <param name="responses">Where it goes.</param>
/// <param name="write">Waited for before each; null for nothing.</param>
internal sealed class FakeWriter<T>(ChannelWriter<T> responses, Func<CancellationToken, Task>? write) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (write is not null)
            await write(cancellationToken);
        await responses.WriteAsync(message, cancellationToken);
    }
}
