using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace GradCamGrpc.FunctionalTests.Tls;

/// <summary>A server with TLS, whose files are a test's own.</summary>
public class TlsServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <summary>One that asks clients for nothing.</summary>
    public TlsServer()
        : this(asksClients: false, options => options)
    {
    }

    internal TlsServer(bool asksClients, Func<ServerOptions, ServerOptions> configure, ILoggerProvider? log = null)
    {
        Certificate = Authority.Server();
        Files = new TlsOptions(PathOf("tls.crt"), PathOf("tls.key"), asksClients ? PathOf("ca.crt") : null) { ReloadInterval = TimeSpan.FromMilliseconds(50) };
        Write(Certificate);
        File.WriteAllText(PathOf("ca.crt"), Clients.Pem);
        Server = new RunningServer(options => configure(options with { Tls = Files }), log);
    }

    /// <summary>Who signs the server's certificate.</summary>
    internal TestAuthority Authority { get; } = new();

    /// <summary>Who signs clients' certificates.</summary>
    internal TestAuthority Clients { get; } = new();

    /// <summary>What the server began with.</summary>
    internal TestCertificate Certificate { get; }

    internal TlsOptions Files { get; }

    internal RunningServer Server { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>It listens; its model need not be ready.</summary>
    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Replaces the server's files, each at once.</summary>
    internal void Write(TestCertificate certificate) => Write(certificate.CertificatePem, certificate.KeyPem);

    internal void Write(string certificate, string key)
    {
        Replace(Files.CertificateFile, certificate);
        Replace(Files.KeyFile, key);
    }

    internal static void Replace(string path, string text)
    {
        File.WriteAllText($"{path}.new", text);
        File.Move($"{path}.new", path, overwrite: true);
    }

    /// <summary>What opens connections to the server.</summary>
    /// <param name="client">The client's own certificate.</param>
    /// <param name="connected">Told of each connection.</param>
    internal SocketsHttpHandler Handler(TestCertificate? client = null, Action? connected = null)
    {
        var handler = new SocketsHttpHandler { SslOptions = Handshake(client) };
        handler.ConnectCallback = async (context, cancellation) =>
        {
            connected?.Invoke();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }

    internal GrpcChannel Channel(TestCertificate? client = null, Action? connected = null) => GrpcChannel.ForAddress(
        Server.Address, new GrpcChannelOptions { HttpHandler = Handler(client, connected), DisposeHttpClient = true, MaxReceiveMessageSize = null });

    internal HttpClient Http(TestCertificate? client = null) => new(Handler(client)) { BaseAddress = Server.HttpAddress };

    /// <summary>A client's side of a handshake.</summary>
    internal SslClientAuthenticationOptions Handshake(TestCertificate? client = null, params IEnumerable<SslApplicationProtocol> protocols)
    {
        var handshake = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [.. protocols],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client.Certificate, null, offline: true),
        };
        handshake.CertificateChainPolicy.CustomTrustStore.Add(Authority.Certificate);
        return handshake;
    }

    /// <summary>The certificate that a new connection gets.</summary>
    internal async Task<string> ShownAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Server.MetricsAddress.Host, Server.MetricsAddress.Port, Cancellation);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(Handshake(), Cancellation);
        return ((X509Certificate2)stream.RemoteCertificate!).Thumbprint;
    }

    /// <summary>Ends when new connections get a certificate.</summary>
    internal async Task WaitUntilShownAsync(TestCertificate certificate)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (await ShownAsync() != certificate.Certificate.Thumbprint)
            patience.Token.ThrowIfCancellationRequested();
    }
}
