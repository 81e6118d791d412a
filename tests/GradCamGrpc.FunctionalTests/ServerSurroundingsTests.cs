using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace GradCamGrpc.FunctionalTests;

/// <summary>What a server takes from where it is started: variables that mean it, and nothing of what means other programs.</summary>
public sealed class ServerSurroundingsTests : IDisposable
{
    /// <summary>Addresses of this machine that no other test listens on.</summary>
    private static readonly IPEndPoint First = new(IPAddress.Parse("127.83.1.1"), 50051), Second = new(IPAddress.Parse("127.83.1.2"), 50051);

    private static readonly string[] Options = ["--listen", "127.0.0.1:0", "--metrics", "off", "--max-batch", "1", "--http"];

    /// <summary>What comes at all comes within seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Such settings would open a listener beside the server's own, and keep everybody away who does not name that host.</summary>
    [Fact]
    public async Task Serve_FolderHasSettingsOfAnotherProgram_TakesNothingOfThem()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "appsettings.json"),
            $$"""{ "Kestrel": { "Endpoints": { "Other": { "Url": "http://{{First}}" } } }, "AllowedHosts": "example.org" }""",
            Cancellation);

        using var run = ProgramRun.ServerFrom(_folder.FullName, [.. Options, "127.0.0.1:0"]);
        var line = await run.LineWithAsync("A page to look with: ");
        using var http = new HttpClient();
        using var page = await http.GetAsync(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()), Cancellation);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        await AssertNobodyListensAsync(First);
    }

    [Fact]
    public async Task Serve_VariablesOfTheFrameworkNameListeners_TakesNothingOfThem()
    {
        using var run = ProgramRun.CommandLine(
            ["serve", .. Options, "off"],
            ("Kestrel__Endpoints__Other__Url", $"http://{First}"),
            ("ASPNETCORE_URLS", $"http://{Second}"),
            ("ASPNETCORE_PREFERHOSTINGURLS", "true"));
        await run.LineWithAsync("serves on");

        await AssertNobodyListensAsync(First);
        await AssertNobodyListensAsync(Second);
    }

    [Theory]
    [InlineData("2", null, true)]
    [InlineData("2", "", false)]
    [InlineData("3", null, false)]
    public async Task Serve_SystemHasTcMalloc_ItAllocatesOnFewCoresWhereNobodyNamesAnother(string cores, string? preload, bool allocates)
    {
        const string TcMalloc = "libtcmalloc_minimal.so.4";
        Assert.SkipUnless(NativeLibrary.TryLoad(TcMalloc, out _), $"{TcMalloc} is not there");
        (string, string)[] variables = [("DOTNET_PROCESSOR_COUNT", cores), .. preload is null ? [] : new[] { ("LD_PRELOAD", preload) }];

        using var run = ProgramRun.CommandLine(["serve", .. Options, "off"], variables);
        await run.LineWithAsync("Serving gRPC");

        Assert.Equal(allocates, run.HasPreloaded(TcMalloc));
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
            ("OTEL_BLRP_SCHEDULE_DELAY", "600000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
            ("OTEL_SERVICE_NAME", "the cats' server"));
        using var sender = await collector.AcceptTcpClientAsync(patience.Token);

        var sent = await ReadUntilAsync(sender.GetStream(), "the cats' server", patience.Token);
        Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", sent, StringComparison.Ordinal);
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
