using System.Net;

namespace GradCamGrpc.Playground.Tests;

/// <summary>How the page's files are served.</summary>
public sealed class PageFileTests(ServerAndBrowser browser)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_Index_LoadsNothingFromElsewhere()
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(browser.Page, Cancellation);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("http", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Off_IsNotFoundAndCallsAreServed()
    {
        await using var server = ServerAndBrowser.Build(options => options with { HasPlayground = false });
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = server.HttpAddress };

        using var page = await http.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        using var models = await http.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (page.StatusCode, models.StatusCode));
        Assert.Null(server.PageAddress);
        await server.StopAsync();
    }

    [Fact]
    public async Task Page_UnknownFile_IsNotFound()
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(browser.Page, "/../appsettings.json"), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
