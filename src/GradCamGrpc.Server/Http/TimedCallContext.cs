using Grpc.Core;

namespace GradCamGrpc.Server.Http;

/// <summary>A call as JSON with the deadline that the framework does not know of.</summary>
internal sealed class TimedCallContext : ServerCallContext, IDisposable
{
    private readonly ServerCallContext _call;
    private readonly CancellationTokenSource _expiry;
    private readonly CancellationTokenSource _end;

    /// <param name="call">The call.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="time">The clock.</param>
    public TimedCallContext(ServerCallContext call, TimeSpan timeout, TimeProvider time)
    {
        _call = call;
        _expiry = new CancellationTokenSource(timeout, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, _expiry.Token);
        DeadlineCore = (time.GetUtcNow() + timeout).UtcDateTime;
    }

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsLate => _expiry.IsCancellationRequested;

    protected override DateTime DeadlineCore { get; }

    protected override CancellationToken CancellationTokenCore => _end.Token;

    protected override string MethodCore => _call.Method;

    protected override string HostCore => _call.Host;

    protected override string PeerCore => _call.Peer;

    protected override Metadata RequestHeadersCore => _call.RequestHeaders;

    protected override Metadata ResponseTrailersCore => _call.ResponseTrailers;

    protected override Status StatusCore
    {
        get => _call.Status;
        set => _call.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => _call.WriteOptions;
        set => _call.WriteOptions = value;
    }

    protected override AuthContext AuthContextCore => _call.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _call.UserState;

    public void Dispose()
    {
        _end.Dispose();
        _expiry.Dispose();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _call.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _call.WriteResponseHeadersAsync(responseHeaders);
}
