using GradCamGrpc.TestData;
using Grpc.Core;
using Grpc.Health.V1;

namespace GradCamGrpc.FunctionalTests.Tls;

public sealed class MutualTlsTests(MutualTlsServer server) : IClassFixture<MutualTlsServer>
{
    private static readonly Uri Models = new("/v1/models", UriKind.Relative);
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_HasACertificate_IsServed()
    {
        var client = server.Clients.Client();
        using var channel = server.Channel(client);
        using var http = server.Http(client);

        await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Contains("embedded", await http.GetStringAsync(Models, Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("of another authority")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("a server's")]
    public async Task Client_HasNoGoodCertificate_IsNotServed(string kind)
    {
        var client = kind switch
        {
            "of another authority" => server.Authority.Client(),
            "expired" => server.Clients.Client(Now.AddDays(-2), Now.AddDays(-1)),
            "not yet valid" => server.Clients.Client(Now.AddDays(1), Now.AddDays(2)),
            "a server's" => server.Clients.Server(),
            _ => null,
        };
        using var channel = server.Channel(client);
        using var http = server.Http(client);

        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(Models, Cancellation));

        // Not the server's own word: it has none for whom it does not know.
        Assert.Contains(fault.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
    }

    /// <summary>Prometheus seldom has a certificate, and there are no photos in metrics.</summary>
    [Fact]
    public async Task Metrics_ClientHasNoCertificate_AreServed()
    {
        using var http = server.Http();

        Assert.Contains("gradcam_", await http.GetStringAsync(server.Server.MetricsAddress, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_IsRefused_TheLogSaysWhoAndWhy()
    {
        var log = new KeptLog();
        await using var own = new TlsServer(asksClients: true, options => options, log);
        await own.InitializeAsync();
        using var http = own.Http(own.Clients.Client(Now.AddDays(-2), Now.AddDays(-1)));

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(Models, Cancellation));

        Assert.Equal("Warning: A client's certificate CN=client is refused: NotTimeValid", await log.LineWithAsync("refused"));
    }

    [Fact]
    public async Task Authorities_AreReplaced_NewClientsAreThoseOfTheNewOnes()
    {
        await using var own = new TlsServer(asksClients: true, options => options);
        await own.InitializeAsync();
        var (before, next) = (own.Clients.Client(), new TestAuthority());
        using (var http = own.Http(before))
            await http.GetStringAsync(Models, Cancellation);

        TlsServer.Replace(own.Files.ClientAuthoritiesFile!, next.Pem);
        var certificate = own.Authority.Server();
        own.Write(certificate);
        await own.WaitUntilShownAsync(certificate);

        using (var http = own.Http(before))
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(Models, Cancellation));
        using (var http = own.Http(next.Client()))
            await http.GetStringAsync(Models, Cancellation);
    }
}
