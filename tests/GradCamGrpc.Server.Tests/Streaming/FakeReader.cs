using System.Threading.Channels;
using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>What a client sends.</summary>
internal sealed class FakeReader<T>(ChannelReader<T> requests) : IAsyncStreamReader<T>
    where T : class, new()
{
    public T Current { get; private set; } = new();

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        while (await requests.WaitToReadAsync(cancellationToken))
        {
            if (requests.TryRead(out var request))
            {
                Current = request;
                return true;
            }
        }
        return false;
    }
}
