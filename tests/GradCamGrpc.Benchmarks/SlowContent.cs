using System.Net;
using System.Net.Http.Headers;

namespace GradCamGrpc.Benchmarks;

/// <summary>A body that is sent byte by byte.</summary>
internal sealed class SlowContent : HttpContent
{
    private readonly byte[] _bytes;
    private readonly TimeSpan _pause;

    /// <param name="bytes">The body.</param>
    /// <param name="pause">How long between two bytes.</param>
    public SlowContent(byte[] bytes, TimeSpan pause)
    {
        _bytes = bytes;
        _pause = pause;
        Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _bytes.Length; i++)
        {
            await stream.WriteAsync(_bytes.AsMemory(i, 1), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(_pause, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
