using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using GradCamGrpc.Server.Options;
using GradCamGrpc.Server.Telemetry;
using GradCamGrpc.Server.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace GradCamGrpc.Server.Hosting;

/// <summary>The addresses that the server listens on, in the order gRPC, JSON, metrics; and the limits of what connects.</summary>
internal sealed class Listeners
{
    /// <summary>How long a client that was asked whether it is there may take to answer.</summary>
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long the headers of a request may take, once they have begun.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection without calls is kept. Clients open another one by themselves.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly TlsRotation? _tls;
    private readonly ILogger<Listeners> _logger;

    private Listeners(ServerOptions options, IServiceProvider services)
    {
        _options = options;
        _time = services.GetRequiredService<TimeProvider>();
        _tls = services.GetService<TlsRotation>();
        _logger = services.GetRequiredService<ILogger<Listeners>>();
    }

    /// <summary>Adds them to a server whose services are there.</summary>
    public static void AddTo(KestrelServerOptions kestrel, ServerOptions options) => new Listeners(options, kestrel.ApplicationServices).AddTo(kestrel);

    /// <summary>Has a connection's bytes read with fewer system calls and hops between threads, which an overloaded server pays for each call that it refuses.</summary>
    public static void Tune(SocketTransportOptions sockets)
    {
        // A buffer of 4 KiB is kept for each connection, instead of asking for one once there is something to read.
        sockets.WaitForDataBeforeAllocatingBuffer = false;

        // Whoever has read bytes hands them on, without a hop to a thread of the pool, on which gRPC's calls run all the same. What answers HTTP/1.1
        // runs on the thread that reads its connection: it must not block.
        sockets.UnsafePreferInlineScheduling = true;
    }

    private void AddTo(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        Limit(kestrel.Limits);
        kestrel.Listen(_options.Listen, listen =>
        {
            // HTTP/1.1 is agreed upon only for an answer that says what is spoken here.
            Listen(listen, HttpProtocols.Http2, identity => identity.MutualHandshake(Refused, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11));
            listen.Use(next => connection => new PrefaceCheck(_options.Connections.HandshakeTimeout, _time).CheckAsync(connection, next));
        });
        if (_options.Http is not null)
            kestrel.Listen(_options.Http, listen => Listen(listen, HttpProtocols.Http1, identity => identity.MutualHandshake(Refused, SslApplicationProtocol.Http11)));
        if (_options.Metrics is not null)
            kestrel.Listen(_options.Metrics, listen => Listen(listen, HttpProtocols.Http1, identity => identity.Handshake(SslApplicationProtocol.Http11)));
    }

    private void Limit(KestrelServerLimits limits)
    {
        var connections = _options.Connections;
        limits.MaxConcurrentConnections = connections.MaxConnections;
        limits.MaxRequestHeadersTotalSize = connections.MaxHeaderBytes;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = IdleTimeout;
        limits.Http2.MaxStreamsPerConnection = connections.MaxStreams;
        limits.Http2.MaxRequestHeaderFieldSize = connections.MaxHeaderBytes;
        limits.Http2.KeepAlivePingDelay = connections.KeepAlive;
        limits.Http2.KeepAlivePingTimeout = PingTimeout;

        // Messages have limits of their own, which say in words what was exceeded.
        limits.MaxRequestBodySize = null;
    }

    private void Listen(ListenOptions listen, HttpProtocols protocols, Func<TlsIdentity, SslServerAuthenticationOptions> handshake)
    {
        listen.Protocols = protocols;
        if (_tls is not { } tls)
            return;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = _options.Connections.HandshakeTimeout,
            OnConnection = async _ =>
            {
                // A signature takes a millisecond and more: not on the thread that reads.
                await Task.Yield();
                return handshake(tls.Current);
            },
        });
    }

    private void Refused(X509Certificate2 certificate, string reasons) =>
        _logger.ClientRefused(certificate.Subject, reasons);
}
