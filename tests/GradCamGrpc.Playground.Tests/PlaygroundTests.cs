using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>The page in a real browser.</summary>
public sealed partial class PlaygroundTests(ServerAndBrowser browser)
{
    private const int Classes = 5;

    private static readonly string[] NamedRoles = ["button", "textbox", "combobox", "slider", "radio", "image"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photo_Dropped_ShowsFiveClassesAndTheFirstOnesMap()
    {
        await using var open = await browser.OpenAsync();

        await open.DropAsync("chelsea.png", await File.ReadAllBytesAsync(OpenPage.PhotoPath, Cancellation));

        await Expect(open.Classes).ToHaveCountAsync(Classes);
        await OpenPage.ShowsAsync(open.Classes.First, "tiger cat");
        await OpenPage.ShowsAsync(open.Caption, "tiger cat · Grad-CAM at bn2");
        Assert.NotEqual(0, (await open.MapAsync()).Coloured);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task Photo_ChosenAsAFile_ShowsTheSame()
    {
        await using var open = await browser.OpenAsync();

        await open.Page.Locator("#file").SetInputFilesAsync(OpenPage.PhotoPath);

        await OpenPage.ShowsAsync(open.Caption, "tiger cat · Grad-CAM at bn2");
    }

    /// <summary>The network sees the middle square of 300 x 300 of 451 x 300 pixels.</summary>
    [Fact]
    public async Task Map_OfACroppedPhoto_LiesOverThePartThatWasSeen()
    {
        await using var open = await browser.OpenAsync();

        await open.TakeExampleAsync();

        var photo = (await open.Page.Locator(".photo img").BoundingBoxAsync())!;
        var map = (await open.Page.Locator("canvas.map").BoundingBoxAsync())!;
        var prediction = await open.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const photo = await (await fetch("example.png")).arrayBuffer();
              const encoded = btoa(Array.from(new Uint8Array(photo), byte => String.fromCharCode(byte)).join(""));
              const response = await fetch("v1/images:classify", {
                method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ image: { encoded } }),
              });
              return (await response.json()).prediction;
            }
            """);
        var crop = prediction.GetProperty("crop");
        var scale = photo.Width / prediction.GetProperty("imageSize").GetProperty("width").GetDouble();
        Assert.Equal(crop.GetProperty("x").GetDouble() * scale, map.X - photo.X, 1.0);
        Assert.Equal(crop.GetProperty("width").GetDouble() * scale, map.Width, 1.0);
    }

    [Fact]
    public async Task SecondClass_Clicked_ShowsAnotherMap()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        var first = await open.MapAsync();

        await open.Classes.Nth(1).ClickAsync();

        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
        var second = await open.MapAsync();
        Assert.NotEqual(0, second.Coloured);
        Assert.NotEqual(first.Picture, second.Picture);
        await Expect(open.Classes.Nth(1)).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(open.Classes.First).ToHaveAttributeAsync("aria-pressed", "false");
    }

    [Fact]
    public async Task Class_Typed_ShowsItsMap()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.GetByLabel("Another class").FillAsync("goldfish");
        await open.Page.Keyboard.PressAsync("Enter");

        await OpenPage.ShowsAsync(open.Caption, "goldfish");
    }

    [Fact]
    public async Task CaptionWord_Clicked_ShowsItsMap()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        var word = await open.Words.Last.InnerTextAsync();
        var before = await open.MapAsync();

        await open.Words.Last.ClickAsync();

        await OpenPage.ShowsAsync(open.Caption, $"“{word}” in “");
        Assert.NotEqual(before, await open.MapAsync());
    }

    [Fact]
    public async Task Question_Asked_ListsAnswersAndShowsTheFirstOnesMap()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.GetByLabel("Question about the photo").FillAsync("What animal is this?");
        await open.Page.Keyboard.PressAsync("Enter");

        await OpenPage.ShowsAsync(open.Caption, "to “what animal is this”");
        await Expect(open.Answers).ToHaveCountAsync(5);
        await Expect(open.Answers.First).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task MethodAndLayer_Chosen_ShowOtherMaps()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        var gradCam = await open.MapAsync();

        await open.Page.GetByLabel("Method of the left map").SelectOptionAsync("LayerCAM");
        await OpenPage.ShowsAsync(open.Caption, "LayerCAM at bn2");
        var layerCam = await open.MapAsync();
        await open.Page.GetByLabel("Layer of the left map").SelectOptionAsync("blocks.4.2");
        await OpenPage.ShowsAsync(open.Caption, "LayerCAM at blocks.4.2");
        var deeper = await open.MapAsync();

        Assert.Equal(3, new[] { gradCam.Picture, layerCam.Picture, deeper.Picture }.Distinct().Count());
    }

    [Fact]
    public async Task Slider_ArrowKey_FadesTheMapAtOnce()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        var slider = open.Page.GetByRole(AriaRole.Slider);

        await slider.FocusAsync();
        await slider.PressAsync("ArrowLeft");

        await Expect(slider).ToHaveValueAsync("65");
        await Expect(open.Page.Locator("canvas.map")).ToHaveCSSAsync("opacity", "0.65");
    }

    [Fact]
    public async Task Compare_TwoClasses_ShowsBothUnderOneSlider()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await open.Classes.Nth(1).ClickAsync();

        var captions = open.Page.Locator("figcaption");
        await OpenPage.ShowsAsync(captions.Nth(1), "Egyptian cat");
        await OpenPage.ShowsAsync(captions.First, "tiger cat");
        Assert.NotEqual((await open.MapAsync(0)).Picture, (await open.MapAsync(1)).Picture);
        await open.Page.GetByRole(AriaRole.Slider).PressAsync("End");
        for (var i = 0; i < 2; i++)
            await Expect(open.Page.Locator("canvas.map").Nth(i)).ToHaveCSSAsync("opacity", "1");
    }

    [Fact]
    public async Task Camera_On_ExplainsFramesWithOneRequestInFlight()
    {
        await using var open = await browser.OpenAsync();
        var inFlight = 0;
        var most = 0;
        var count = 0;
        var several = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.Page.Request += (_, request) =>
        {
            if (request.Url.EndsWith(":explain", StringComparison.Ordinal))
                most = Math.Max(most, Interlocked.Increment(ref inFlight));
        };
        open.Page.RequestFinished += (_, request) =>
        {
            if (!request.Url.EndsWith(":explain", StringComparison.Ordinal))
                return;
            Interlocked.Decrement(ref inFlight);
            if (Interlocked.Increment(ref count) == 3)
                several.SetResult();
        };

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Camera" }).ClickAsync();
        await several.Task.WaitAsync(Cancellation);

        await Expect(open.Classes).ToHaveCountAsync(Classes);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Camera" }).ClickAsync();
        await OpenPage.ShowsAsync(open.Page.Locator("#status"), ExplainedIn());
        Assert.Equal(1, most);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task BadPhoto_Dropped_SaysWhyAndThePageStaysUsable()
    {
        await using var open = await browser.OpenAsync();

        await open.DropAsync("letter.png", "To whom it may concern"u8.ToArray());
        await OpenPage.ShowsAsync(open.Fault, "image.encoded");
        await open.TakeExampleAsync();

        await Expect(open.Fault).ToBeHiddenAsync();
        await Expect(open.Classes).ToHaveCountAsync(Classes);
    }

    [Fact]
    public async Task UnknownClass_Typed_SaysTheServersWordsAndKeepsTheMap()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.GetByLabel("Another class").FillAsync("unicorn");
        await open.Page.Keyboard.PressAsync("Enter");

        await OpenPage.ShowsAsync(open.Fault, "targets[0].label");
        await OpenPage.ShowsAsync(open.Fault, "unicorn");
        await Expect(open.Classes.First).ToHaveAttributeAsync("aria-pressed", "true");
        await OpenPage.ShowsAsync(open.Caption, "tiger cat");
    }

    [Fact]
    public async Task TooLargePhoto_Dropped_SaysHowLargeItMayBe()
    {
        await using var open = await browser.OpenAsync();

        await open.Page.EvaluateAsync(
            """
            () => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([new Uint8Array(20 << 20)], "large.png"));
              document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
            }
            """);

        await OpenPage.ShowsAsync(open.Fault, "16777216 bytes");
    }

    [Fact]
    public async Task Server_Gone_SaysSoAndWorksOnceItIsBack()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.RouteAsync("**/v1/**", route => route.AbortAsync("connectionrefused"));
        await open.Classes.Nth(1).ClickAsync();
        await OpenPage.ShowsAsync(open.Fault, "The server does not answer");
        await open.Page.UnrouteAllAsync();
        await open.Classes.Nth(1).ClickAsync();

        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Controls_All_HaveNames()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await OpenPage.ShowsAsync(open.Page.Locator("figcaption").Nth(1), "tiger cat");

        var devTools = await open.Page.Context.NewCDPSessionAsync(open.Page);
        var tree = await devTools.SendAsync("Accessibility.getFullAXTree");

        var controls = tree!.Value.GetProperty("nodes").EnumerateArray()
            .Where(node => !node.GetProperty("ignored").GetBoolean())
            .Select(node => (Role: Text(node, "role"), Name: Text(node, "name")))
            .Where(node => NamedRoles.Contains(node.Role, StringComparer.OrdinalIgnoreCase))
            .ToArray();
        Assert.True(controls.Length > 15, $"{controls.Length} controls");
        Assert.DoesNotContain(controls, control => control.Name.Trim().Length == 0);

        static string Text(JsonElement node, string property) =>
            node.TryGetProperty(property, out var value) && value.TryGetProperty("value", out var text) ? text.ToString() : "";
    }

    [Fact]
    public async Task Keyboard_TabAndEnter_ReachAClassAndExplainIt()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        for (var i = 0; i < 20 && !await open.Classes.Nth(1).EvaluateAsync<bool>("button => button === document.activeElement"); i++)
            await open.Page.Keyboard.PressAsync("Tab");
        Assert.NotEqual("none", await open.Classes.Nth(1).EvaluateAsync<string>("button => getComputedStyle(button).outlineStyle"));
        await open.Page.Keyboard.PressAsync("Enter");

        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
    }

    [Fact]
    public async Task DarkAndSmall_Screen_IsDarkAndNothingOverflows()
    {
        await using var open = await browser.OpenAsync(ColorScheme.Dark, width: 360, height: 740);
        await open.TakeExampleAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await OpenPage.ShowsAsync(open.Page.Locator("figcaption").Nth(1), "tiger cat");

        Assert.True(await open.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await Expect(open.Page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(21, 19, 24)");
    }

    [GeneratedRegex(@"Explained in \d+ ms")]
    private static partial Regex ExplainedIn();
}
