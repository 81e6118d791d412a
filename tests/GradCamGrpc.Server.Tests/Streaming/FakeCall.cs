using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>A call that nobody made.</summary>
internal sealed class FakeCall(CancellationToken cancellation) : ServerCallContext
{
    private readonly Metadata _headers = [];

    protected override string MethodCore => "/gradcam.v1.ClassificationService/ExplainStream";

    protected override string HostCore => "";

    /// <summary>Where it comes from, in gRPC's notation.</summary>
    public string From { get; init; } = "";

    protected override string PeerCore => From;

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    /// <summary>How often its headers have been asked for. gRPC makes them the first time, which is for one thread alone.</summary>
    public int HeaderReads { get; private set; }

    protected override Metadata RequestHeadersCore
    {
        get
        {
            HeaderReads++;
            return _headers;
        }
    }

    protected override CancellationToken CancellationTokenCore { get; } = cancellation;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new("", []);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
