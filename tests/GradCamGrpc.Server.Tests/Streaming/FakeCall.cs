using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

/// <summary>A call that nobody made.</summary>
internal sealed class FakeCall(CancellationToken cancellation) : ServerCallContext
{
    private readonly Metadata _headers = [];
    private readonly Dictionary<object, object> _state = [];

    /// <summary>How often it has been asked what gRPC finds out when it is first asked, which is for one thread alone.</summary>
    public int Questions { get; private set; }

    protected override string MethodCore => Asked("/gradcam.v1.ClassificationService/ExplainStream");

    protected override string HostCore => Asked("");

    /// <summary>Where it comes from, in gRPC's notation.</summary>
    public string From { get; init; } = "";

    protected override string PeerCore => Asked(From);

    protected override DateTime DeadlineCore => Asked(DateTime.MaxValue);

    protected override Metadata RequestHeadersCore => Asked(_headers);

    protected override IDictionary<object, object> UserStateCore => Asked(_state);

    protected override CancellationToken CancellationTokenCore { get; } = cancellation;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new("", []);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

    private T Asked<T>(T answer)
    {
        Questions++;
        return answer;
    }
}
