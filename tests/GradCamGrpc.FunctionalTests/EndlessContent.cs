using System.Net;
using System.Net.Http.Headers;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The body of a gRPC call of which nothing comes, and which does not end.</summary>
internal sealed class EndlessContent : HttpContent
{
    public EndlessContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
