using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GradCamGrpc.FunctionalTests;

/// <summary>What a server takes from where it is started: variables that mean it, and nothing of what means other programs.</summary>
public sealed class ServerSurroundingsTests
{
    private static readonly string[] Options = ["--listen", "127.0.0.1:0", "--metrics", "off", "--max-batch", "1", "--http"];

    /// <summary>What comes at all comes within seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Such settings would open a listener beside the server's own, and keep everybody from those who does not name a host.</summary>
    [Fact]
    public async Task Serve_FolderHasSettingsOfAnotherProgram_TakesNothingOfThem()
    {
        var folder = Directory.CreateTempSubdirectory();
        var (other, own) = (FreeAddress(), FreeAddress());
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "appsettings.json"),
            $$"""{ "Kestrel": { "Endpoints": { "Other": { "Url": "http://{{other}}" } } }, "AllowedHosts": "example.org" }""",
            Cancellation);

        using var run = ProgramRun.In(folder.FullName, Path.Combine(AppContext.BaseDirectory, "GradCamGrpc.Server.dll"), [.. Options, own.ToString()]);
        await run.LineWithAsync("serves on");
        using var http = new HttpClient();
        using var page = await http.GetAsync(new Uri($"http://{own}/"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        await AssertNobodyListensAsync(other);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Serve_VariablesOfTheFrameworkNameListeners_TakesNothingOfThem()
    {
        var (first, second) = (FreeAddress(), FreeAddress());

        using var run = ProgramRun.CommandLine(
            ["serve", .. Options, "off"], ("Kestrel__Endpoints__Other__Url", $"http://{first}"), ("ASPNETCORE_URLS", $"http://{second}"));
        await run.LineWithAsync("serves on");

        await AssertNobodyListensAsync(first);
        await AssertNobodyListensAsync(second);
    }

    /// <summary>By default metrics would come by gRPC, once a minute, and of an unknown service.</summary>
    [Fact]
    public async Task Serve_VariablesNameACollector_SendsMetricsThereAsTheySay()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();

        using var run = ProgramRun.CommandLine(
            ["serve", .. Options, "off"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
            ("OTEL_SERVICE_NAME", "the cats' server"));
        using var sender = await collector.AcceptTcpClientAsync(patience.Token);

        var sent = await ReadUntilAsync(sender.GetStream(), "the cats' server", patience.Token);
        Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", sent, StringComparison.Ordinal);
    }

    /// <summary>Nobody had it a moment ago.</summary>
    private static IPEndPoint FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private static async Task AssertNobodyListensAsync(IPEndPoint address)
    {
        using var client = new TcpClient();
        var fault = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(address, Cancellation).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, fault.SocketErrorCode);
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end, CancellationToken cancellation)
    {
        var read = new StringBuilder();
        var buffer = new byte[1 << 16];
        while (!read.ToString().Contains(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, cancellation);
            Assert.NotEqual(0, count);
            read.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return read.ToString();
    }
}
