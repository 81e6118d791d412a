using System.Diagnostics;
using GradCamGrpc.TestData;
using Grpc.Health.V1;

namespace GradCamGrpc.FunctionalTests.Tls;

public sealed class TlsRotationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_AreRenamedIntoPlace_NewConnectionsGetThemAndOpenOnesStay()
    {
        await using var server = new TlsServer();
        await server.InitializeAsync();
        var connections = 0;
        using var channel = server.Channel(connected: () => Interlocked.Increment(ref connections));
        var health = new Health.HealthClient(channel);
        using var watch = health.Watch(new HealthCheckRequest { Service = "liveness" }, cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(server.Certificate.Certificate.Thumbprint, await server.ShownAsync());

        var renewed = server.Authority.Server();
        server.Write(renewed);
        await server.WaitUntilShownAsync(renewed);

        await health.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task Files_AreBehindALinkThatIsSwapped_NewConnectionsGetThem()
    {
        await using var server = new TlsServer();
        await server.InitializeAsync();

        // As Kubernetes writes a Secret: the files are links through a link to a folder, which alone is replaced.
        WriteVersion(server, "v1", server.Certificate);
        await SwapAsync(server, "v1");
        foreach (var file in new[] { server.Files.CertificateFile, server.Files.KeyFile })
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, Path.Combine("..data", Path.GetFileName(file)));
        }
        Assert.Equal(server.Certificate.Certificate.Thumbprint, await server.ShownAsync());

        var renewed = server.Authority.Server();
        WriteVersion(server, "v2", renewed);
        await SwapAsync(server, "v2");

        await server.WaitUntilShownAsync(renewed);
    }

    [Fact]
    public async Task Files_DoNotFit_AreLoggedAndTheOldOnesStayUntilTheyDo()
    {
        var log = new KeptLog();
        await using var server = new TlsServer(asksClients: false, options => options, log);
        await server.InitializeAsync();
        var renewed = server.Authority.Server();

        TlsServer.Replace(server.Files.CertificateFile, renewed.CertificatePem);
        var line = await log.LineWithAsync("stays");
        Assert.StartsWith("Error: ", line, StringComparison.Ordinal);
        Assert.Contains($"--tls-key: '{server.Files.KeyFile}' is not the key of the first certificate in '{server.Files.CertificateFile}'", line, StringComparison.Ordinal);
        Assert.Equal(server.Certificate.Certificate.Thumbprint, await server.ShownAsync());

        TlsServer.Replace(server.Files.KeyFile, renewed.KeyPem);
        await server.WaitUntilShownAsync(renewed);
    }

    private static void WriteVersion(TlsServer server, string version, TestCertificate certificate)
    {
        Directory.CreateDirectory(server.PathOf(version));
        File.WriteAllText(Path.Combine(server.PathOf(version), "tls.crt"), certificate.CertificatePem);
        File.WriteAllText(Path.Combine(server.PathOf(version), "tls.key"), certificate.KeyPem);
    }

    private static async Task SwapAsync(TlsServer server, string version)
    {
        File.CreateSymbolicLink(server.PathOf("..data_tmp"), version);
        using var move = Process.Start("mv", ["--no-target-directory", server.PathOf("..data_tmp"), server.PathOf("..data")]);
        await move.WaitForExitAsync(Cancellation);
        Assert.Equal(0, move.ExitCode);
    }
}
