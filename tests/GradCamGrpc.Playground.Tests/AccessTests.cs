using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GradCamGrpc.Server.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>The page of a server that asks who calls.</summary>
public sealed class AccessTests(ServerAndBrowser browser) : IAsyncLifetime
{
    private const string Everything = "a-key-for-everything";
    private const string OnlyClasses = "a-key-for-classes";
    private const string Header = "x-api-key";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private GradCamServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(_folder.FullName, "access.json");
        string[] services = ["gradcam.v1.ClassificationService", "gradcam.v1.ModelService"];
        object[] keys = [new { name = "all", sha256 = Hash(Everything) }, new { name = "shop", sha256 = Hash(OnlyClasses), services }];
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { keys }), Cancellation);
        _server = ServerAndBrowser.Build(options => options with { Access = file });
        await _server.StartAsync();
        await _server.WhenReady;

        static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.StopAsync();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Key_NoneThenAWrongOneThenTheRight_SaysWhatToDoAndWorks()
    {
        await using var open = await GoAsync();
        await OpenPage.ShowsAsync(open.Fault, "The server asks who calls");
        await OpenPage.ShowsAsync(open.Fault, "Give your API key at the top of this page");

        await GiveAsync(open, "another-key");
        await OpenPage.ShowsAsync(open.Fault, "Give another API key at the top of this page");
        await GiveAsync(open, Everything);

        await open.LoadsAsync();
        await Expect(open.Fault).ToBeHiddenAsync();
        await Expect(open.Key).ToBeHiddenAsync();
        await open.TakeExampleAsync();
        await open.AskAsync("what animal is this?");
    }

    [Fact]
    public async Task Key_Given_IsOfThisTabAloneAndGoesWithCallsAlone()
    {
        await using var open = await GoAsync();
        await GiveAsync(open, Everything);
        await open.LoadsAsync();
        var withKey = new List<bool>();
        open.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal))
                withKey.Add(request.Headers.ContainsKey(Header) == new Uri(request.Url).AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal));
        };

        await open.Page.ReloadAsync();
        await open.LoadsAsync();
        await open.TakeExampleAsync();

        Assert.True(withKey.Count > 8, $"{withKey.Count} requests");
        Assert.All(withKey, Assert.True);
        var kept = await open.Page.EvaluateAsync<int[]>("[localStorage.length, sessionStorage.length, document.cookie.length]");
        Assert.Equal([0, 1, 0], kept);
        Assert.DoesNotContain(Everything, await open.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal("", await open.Key.InputValueAsync());
        var other = await open.Page.Context.NewPageAsync();
        await other.GotoAsync(_server!.PageAddress!.ToString());
        await OpenPage.ShowsAsync(other.GetByRole(AriaRole.Alert), "Give your API key");
    }

    [Fact]
    public async Task Key_Forgotten_IsAskedForAgain()
    {
        await using var open = await GoAsync();
        await GiveAsync(open, Everything);
        await open.LoadsAsync();

        await open.Page.GetByText("API key", new() { Exact = true }).ClickAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Forget it" }).ClickAsync();

        await OpenPage.ShowsAsync(open.Fault, "Give your API key");
        Assert.Equal(0, await open.Page.EvaluateAsync<int>("sessionStorage.length"));
    }

    [Fact]
    public async Task Key_DoesNotAllowTheCall_SaysWhatToDoAndTheRestWorks()
    {
        await using var open = await GoAsync();
        await GiveAsync(open, OnlyClasses);
        await open.LoadsAsync();

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Example photo" }).ClickAsync();

        await OpenPage.ShowsAsync(open.Fault, "The server does not allow that");
        await OpenPage.ShowsAsync(open.Fault, "shop may not call");
        await OpenPage.ShowsAsync(open.Fault, "ask whoever runs the server to allow it to yours");
        await OpenPage.ShowsAsync(open.Caption, "tiger cat · Grad-CAM at");
        await open.Classes.Nth(1).ClickAsync();
        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    /// <summary>No header can have such a text.</summary>
    [Theory]
    [InlineData("ключ")]
    [InlineData("two words")]
    public async Task Key_CannotBeOne_IsNotSent(string key)
    {
        await using var open = await GoAsync();
        await OpenPage.ShowsAsync(open.Fault, "Give your API key");

        await GiveAsync(open, key);

        Assert.True(await open.Key.EvaluateAsync<bool>("input => input.validity.patternMismatch"));
        Assert.Equal(0, await open.Page.EvaluateAsync<int>("sessionStorage.length"));
    }

    /// <summary>As where all that pages keep is forbidden: the key is good until the page is left.</summary>
    [Fact]
    public async Task Key_BrowserKeepsNothing_WorksAllTheSame()
    {
        await using var open = await GoAsync(page => page.AddInitScriptAsync(
            "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('denied', 'SecurityError'); } })"));

        await GiveAsync(open, Everything);

        await open.LoadsAsync();
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    private Task<OpenPage> GoAsync(Func<IPage, Task>? prepare = null) => browser.GoAsync(prepare, address: _server!.PageAddress);

    private static async Task GiveAsync(OpenPage open, string key)
    {
        await open.Key.FillAsync(key);
        await open.Key.PressAsync("Enter");
    }
}
