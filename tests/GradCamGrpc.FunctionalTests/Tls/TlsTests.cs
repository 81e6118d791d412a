using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.TestData;
using Grpc.Core;
using Grpc.Net.Client;

namespace GradCamGrpc.FunctionalTests.Tls;

public sealed partial class TlsTests(TlsServer server) : IClassFixture<TlsServer>
{
    private const string Get = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_OverTls_HasItsMap()
    {
        await server.Server.WhenReady;
        using var channel = server.Channel();
        using var call = new ClassificationService.ClassificationServiceClient(channel)
            .Explain(new ClassificationServiceExplainRequest { Image = Photos.CatImage }, cancellationToken: Cancellation);

        Assert.Equal(ClassificationServiceExplainResponse.EventOneofCase.Map, (await call.ReadAllAsync())[^1].EventCase);
    }

    [Fact]
    public async Task Addresses_All_AreServedByTls()
    {
        Assert.All(new[] { server.Server.Address, server.Server.HttpAddress, server.Server.MetricsAddress }, address => Assert.Equal("https", address.Scheme));
        using var http = server.Http();

        Assert.Contains("embedded", await http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        Assert.Contains("<html", await http.GetStringAsync(new Uri("/", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        Assert.Contains("gradcam_", await http.GetStringAsync(server.Server.MetricsAddress, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_All_AreClosedToPlaintext()
    {
        foreach (var address in new[] { server.Server.Address, server.Server.HttpAddress, server.Server.MetricsAddress })
        {
            using var connection = await RawConnection.OpenAsync(address);
            await connection.Stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Get), Cancellation);
            Assert.True(await connection.EndsWithinAsync(TimeSpan.FromSeconds(5)), address.ToString());
        }
    }

    [Fact]
    public async Task Client_TrustsAnotherAuthority_BelievesNobody()
    {
        var handshake = server.Handshake();
        handshake.CertificateChainPolicy!.CustomTrustStore.Clear();
        handshake.CertificateChainPolicy.CustomTrustStore.Add(new TestAuthority().Certificate);
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = handshake });

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(server.Server.MetricsAddress, Cancellation));

        Assert.IsType<AuthenticationException>(fault.InnerException);
    }

    /// <summary>Over TLS a client says what it speaks in the handshake, or does not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GrpcAddress_Http1OverTls_SaysWhatItSpeaks(bool isSaidInTheHandshake)
    {
        using var connection = await RawConnection.OpenAsync(server.Server.Address);
        await using var stream = new SslStream(connection.Stream);
        await stream.AuthenticateAsClientAsync(server.Handshake(null, isSaidInTheHandshake ? [SslApplicationProtocol.Http11] : []), Cancellation);

        var answer = await RawConnection.AskAsync(stream, Get);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("This port speaks gRPC, over HTTP/2.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrpcAddress_BothAreSaidInTheHandshake_IsHttp2()
    {
        using var connection = await RawConnection.OpenAsync(server.Server.Address);
        await using var stream = new SslStream(connection.Stream);

        await stream.AuthenticateAsClientAsync(server.Handshake(null, SslApplicationProtocol.Http11, SslApplicationProtocol.Http2), Cancellation);

        Assert.Equal(SslApplicationProtocol.Http2, stream.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task Metrics_Certificate_HasItsExpiry()
    {
        using var http = server.Http();

        var text = await http.GetStringAsync(server.Server.MetricsAddress, Cancellation);

        var shown = double.Parse(Expiry().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(new DateTimeOffset(server.Certificate.Certificate.NotAfter).ToUnixTimeSeconds(), shown);
    }

    [Fact]
    public async Task Stop_CallsAreInFlight_AllAreAnsweredOverTls()
    {
        await using var own = new TlsServer();
        await own.InitializeAsync();
        await own.Server.WhenReady;
        using var channel = own.Channel();
        var client = new ClassificationService.ClassificationServiceClient(channel);
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };
        var calls = Enumerable.Range(0, 24).Select(_ => client.Explain(request, cancellationToken: Cancellation)).ToArray();
        Assert.True(await calls[^1].ResponseStream.MoveNext(Cancellation));

        var stopping = own.Server.StopAsync();

        foreach (var call in calls)
            Assert.Equal(ClassificationServiceExplainResponse.EventOneofCase.Map, (await call.ReadAllAsync())[^1].EventCase);
        await stopping;
    }

    /// <summary>A watch never ends by itself, and a handshake that does not begin might take a minute.</summary>
    [Fact]
    public async Task Stop_CallAndHandshakeNeverEnd_EndsAllTheSame()
    {
        await using var own = new TlsServer(asksClients: false, options => options with
        {
            DrainTimeout = TimeSpan.FromSeconds(1),
            Connections = options.Connections with { HandshakeTimeout = TimeSpan.FromMinutes(1) },
        });
        await own.InitializeAsync();
        using var channel = own.Channel();
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new Grpc.Health.V1.HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        using var silent = await RawConnection.OpenAsync(own.Server.Address);

        await own.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.True(await silent.EndsWithinAsync(TimeSpan.FromSeconds(5)));
    }

    [GeneratedRegex(@"^gradcam_tls_certificate_expiry_timestamp_seconds(?:{[^}]*})? ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex Expiry();
}
