using System.Text.Json;
using System.Text.RegularExpressions;
using GradCamGrpc.TestData;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>The playground in a browser, and what a person does there.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    /// <summary>Milliseconds: cores may be busy with other tests.</summary>
    private const int Patience = 20_000;

    private readonly List<string> _complaints = [];

    private OpenPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(Patience);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Add(message.Text);
        };
        page.PageError += (_, fault) => _complaints.Add(fault);
    }

    public IPage Page { get; }

    /// <summary>What the browser says against the page: faults of its code, and what its policy forbids.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public ILocator Classes => Page.Locator("#classes button");

    public ILocator Words => Page.Locator("#caption button");

    public ILocator Answers => Page.Locator("#given button");

    public ILocator Caption => Page.Locator("figcaption").First;

    public ILocator Fault => Page.GetByRole(AriaRole.Alert);

    public static string PhotoPath => Path.Combine(TestFolders.Repository, "tests", "photos", "chelsea.png");

    public ILocator Camera => Page.GetByRole(AriaRole.Button, new() { Name = "Camera" });

    public ILocator Status => Page.Locator("#status");

    public ILocator Layers => Page.GetByLabel("Layer of the left map");

    public ILocator Key => Page.Locator("#key");

    public ILocator Methods => Page.GetByLabel("Method of the left map");

    /// <summary>Opens the page, whatever it finds there.</summary>
    /// <param name="page">An empty page.</param>
    /// <param name="address">The playground's.</param>
    /// <param name="prepare">What comes before; null for nothing.</param>
    public static async Task<OpenPage> AtAsync(IPage page, Uri address, Func<IPage, Task>? prepare = null)
    {
        var open = new OpenPage(page);
        if (prepare is not null)
            await prepare(page);
        await page.GotoAsync(address.ToString());
        return open;
    }

    /// <summary>Waits until the model is there.</summary>
    public Task LoadsAsync() => ShowsAsync(Page.Locator("#about"), "embedded");

    /// <summary>Asks a question, and waits for its answers and the first one's map.</summary>
    public async Task AskAsync(string question)
    {
        await Page.GetByLabel("Question about the photo").FillAsync(question);
        await Page.Keyboard.PressAsync("Enter");
        await ShowsAsync(Caption, "” to “");
    }

    /// <summary>Drops a file on the page.</summary>
    public async Task DropAsync(string name, byte[] content) => await Page.EvaluateAsync(
        """
        ([name, content]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], name));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }
        """,
        new[] { name, Convert.ToBase64String(content) });

    /// <summary>Takes the example photo, and waits for its map and its caption.</summary>
    public async Task TakeExampleAsync()
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = "Example photo" }).ClickAsync();
        await ShowsAsync(Caption, "tiger cat · Grad-CAM at");
        await Expect(Words.First).ToBeVisibleAsync(new() { Timeout = Patience });
    }

    public static Task ShowsAsync(ILocator locator, string text) =>
        Expect(locator).ToContainTextAsync(text, new() { Timeout = Patience });

    public static Task ShowsAsync(ILocator locator, Regex text) =>
        Expect(locator).ToContainTextAsync(text, new() { Timeout = Patience });

    /// <summary>The picture that a pane's canvas has, and how many of its pixels are coloured.</summary>
    public async Task<PaintedMap> MapAsync(int pane = 0)
    {
        var map = await Page.Locator("canvas.map").Nth(pane).EvaluateAsync<JsonElement>(
            """
            canvas => ({
              picture: canvas.toDataURL(),
              coloured: canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 == 3 && value > 0).length,
            })
            """);
        return new PaintedMap(map.GetProperty("picture").GetString()!, map.GetProperty("coloured").GetInt32());
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
