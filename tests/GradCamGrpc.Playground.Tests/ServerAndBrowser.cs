using System.Net;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(GradCamGrpc.Playground.Tests.ServerAndBrowser))]

namespace GradCamGrpc.Playground.Tests;

/// <summary>A server on free ports, and Debian's chromium, which has a camera that films a test pattern.</summary>
public sealed class ServerAndBrowser : IAsyncLifetime
{
    private readonly GradCamServer _server = Build(options => options);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal Uri Page => _server.PageAddress!;

    private static string? Chromium => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        await _server.WhenReady;
        if (Chromium is null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    internal static GradCamServer Build(Func<ServerOptions, ServerOptions> configure)
    {
        var options = ServerOptions.Default with
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Metrics = null,

            // The browser wants the other core.
            Instances = 1,
            Threads = 1,
            Queue = ServerOptions.Default.Queue with { UnmeasuredBatch = 4 },
        };
        return GradCamServer.Build(configure(options), logging => logging.ClearProviders());
    }

    /// <summary>A new page of a new browser profile, at the playground. Skips the test where there is no browser.</summary>
    internal async Task<OpenPage> OpenAsync(ColorScheme colors = ColorScheme.Light, int width = 1280, int height = 900)
    {
        var open = await GoAsync(null, colors, width, height);
        await open.LoadsAsync();
        return open;
    }

    /// <summary>The same without waiting for the model.</summary>
    /// <param name="prepare">What comes before the page is opened; null for nothing.</param>
    /// <param name="colors">The colours that the person prefers.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="height">Of the window, in pixels.</param>
    /// <param name="address">The playground's; null for that of the server of all tests.</param>
    internal async Task<OpenPage> GoAsync(
        Func<IPage, Task>? prepare, ColorScheme colors = ColorScheme.Light, int width = 1280, int height = 900, Uri? address = null)
    {
        Assert.SkipWhen(_browser is null, "chromium is not there");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = colors,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Permissions = ["camera"],
        });
        return await OpenPage.AtAsync(await context.NewPageAsync(), address ?? Page, prepare);
    }
}
