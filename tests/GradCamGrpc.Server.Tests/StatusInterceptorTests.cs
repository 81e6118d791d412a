using GradCamGrpc.Server.Errors;
using GradCamGrpc.Server.Tests.Streaming;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.Server.Tests;

public sealed class StatusInterceptorTests
{
    private readonly KeptLog<StatusInterceptor> _log = new();

    [Fact]
    public async Task UnaryServerHandler_UnforeseenFault_IsInternalAndLogged()
    {
        Assert.Equal(StatusCode.Internal, await StatusOfAsync(new IOException("broken"), hasLeft: false));
        Assert.Equal(LogLevel.Error, Assert.Single(_log.Lines).Level);
    }

    /// <summary>Whatever breaks when a client leaves is no fault of the server's, in the metrics neither.</summary>
    [Fact]
    public async Task UnaryServerHandler_UnforeseenFaultBehindAClientThatHasLeft_IsCancelled()
    {
        Assert.Equal(StatusCode.Cancelled, await StatusOfAsync(new IOException("broken"), hasLeft: true));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task UnaryServerHandler_ForeseenFault_HasItsStatusThoughTheClientHasLeft()
    {
        Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(new ServerUnavailableException("starting"), hasLeft: true));
        Assert.Empty(_log.Lines);
    }

    private async Task<StatusCode> StatusOfAsync(Exception fault, bool hasLeft)
    {
        var call = new FakeCall(new CancellationToken(hasLeft));
        var interceptor = new StatusInterceptor(_log);
        return (await Assert.ThrowsAsync<RpcException>(() => interceptor.UnaryServerHandler<object, object>(new object(), call, (_, _) => throw fault))).StatusCode;
    }
}
