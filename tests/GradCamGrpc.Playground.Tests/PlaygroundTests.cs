using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using GradCamGrpc.Protos.V1;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>The page in a real browser.</summary>
public sealed partial class PlaygroundTests(ServerAndBrowser browser)
{
    private const int Classes = 5;

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
        foreach (var answer in await open.Answers.AllAsync())
        {
            await Expect(answer.Locator(".share")).ToHaveTextAsync(Share());
            await Expect(answer).ToHaveAccessibleNameAsync(ShareAtTheEnd());
        }
        Assert.True((await open.Answers.First.Locator(".bar").BoundingBoxAsync())!.Width > 10);
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
    public async Task CaptionWord_LayerChosen_ShowsTheMapThere()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        var read = await LayersAsync(open, "model.captioning.layers");
        await open.Words.Last.ClickAsync();
        await OpenPage.ShowsAsync(open.Caption, "” in “");

        Assert.Equal(read.Reverse(), (await open.Layers.Locator("option").AllInnerTextsAsync()).Skip(1));
        foreach (var layer in read)
        {
            await open.Layers.SelectOptionAsync(layer);
            await OpenPage.ShowsAsync(open.Caption, $"Grad-CAM at {layer}.");
        }
    }

    [Fact]
    public async Task Answer_LayerChosen_ShowsTheMapThere()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.AskAsync("what animal is this?");
        var read = await LayersAsync(open, "model.answering.layers");

        Assert.Equal(read.Reverse(), (await open.Layers.Locator("option").AllInnerTextsAsync()).Skip(1));
        await open.Layers.SelectOptionAsync(read[0]);

        await OpenPage.ShowsAsync(open.Caption, $"Grad-CAM at {read[0]}.");
    }

    /// <summary>CAM is for layers in front of the one linear layer, of which the network has one.</summary>
    [Fact]
    public async Task Cam_Chosen_OffersTheLayersThatItIsFor()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Methods.SelectOptionAsync("CAM");

        await OpenPage.ShowsAsync(open.Caption, "tiger cat · CAM at bn2");
        Assert.Equal(
            await LayersAsync(open, "model.layers.filter(layer => layer.feedsLinearHead)"),
            (await open.Layers.Locator("option").AllInnerTextsAsync()).Skip(1));
    }

    [Fact]
    public async Task Methods_Offered_AreThoseOfTheApi()
    {
        await using var open = await browser.OpenAsync();

        var offered = await open.Page.Locator("#pane").EvaluateAsync<string[]>(
            "async () => (await import('./methods.js')).methods.map(method => method.key)");

        Assert.Equal(Keys(ExplanationMethod.Descriptor.Oneofs.Single(oneof => oneof.Name == "method")).Order(), offered.Order());

        static IEnumerable<string> Keys(OneofDescriptor oneof) => oneof.Fields.Select(field => field.JsonName);
    }

    /// <summary>The server is asked about each.</summary>
    [Fact]
    public async Task Methods_OfACaptionWord_AreThoseThatTheServerTakes()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.Words.Last.ClickAsync();
        await OpenPage.ShowsAsync(open.Caption, "” in “");

        var offered = await open.Methods.EvaluateAsync<string[]>("select => [...select.options].filter(option => !option.disabled).map(option => option.value)");
        var taken = await open.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { methods } = await import("./methods.js");
              const photo = await (await fetch("example.png")).arrayBuffer();
              const encoded = btoa(Array.from(new Uint8Array(photo), byte => String.fromCharCode(byte)).join(""));
              const taken = [];
              for (const { key } of methods) {
                const body = { image: { encoded }, text: "a cat", targets: [{ wordPosition: 1 }], methods: [{ [key]: {} }] };
                const response = await fetch("v1/images:explainCaption", {
                  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
                });
                await response.text();
                if (response.ok)
                  taken.push(key);
              }
              return taken;
            }
            """);

        Assert.NotEmpty(taken);
        Assert.Equal(taken, offered);
    }

    /// <summary>Layers that the API tells of, by name.</summary>
    private static Task<string[]> LayersAsync(OpenPage open, string which) => open.Page.EvaluateAsync<string[]>(
        $$"""
        async () => {
          const { model } = await (await fetch("v1/models/embedded")).json();
          return {{which}}.map(layer => layer.name);
        }
        """);

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
        await OpenPage.ShowsAsync(open.Fault, "That is too large for the server");
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

    /// <summary>An older server, or one that is cut off, may say less than it announced.</summary>
    [Theory]
    [InlineData("", "The answer broke off")]
    [InlineData("""{"error": {"code": 504, "status": "DEADLINE_EXCEEDED", "message": "too late", "details": []}}""", "too late")]
    public async Task Stream_EndsBeforeItsMap_SaysSo(string lastLine, string words)
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.Page.RouteAsync("**/v1/**:explain", route => route.FulfillAsync(new()
        {
            ContentType = "application/x-ndjson",
            Body = $$"""{"prediction": {"classes": []}, "mapCount": 1}{{"\n"}}{{lastLine}}""",
        }));

        await open.Classes.Nth(1).ClickAsync();

        await OpenPage.ShowsAsync(open.Fault, words);
        await OpenPage.ShowsAsync(open.Caption, "tiger cat");
    }

    [Fact]
    public async Task Server_GoneAtTheStart_SaysSoAboutAPhotoToo()
    {
        await using var open = await browser.GoAsync(page => page.RouteAsync("**/v1/**", route => route.AbortAsync("connectionrefused")));
        await OpenPage.ShowsAsync(open.Fault, "The server does not answer");
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();

        await open.DropAsync("chelsea.png", await File.ReadAllBytesAsync(OpenPage.PhotoPath, Cancellation));

        await OpenPage.ShowsAsync(open.Fault, "The server does not answer");
    }

    [Fact]
    public async Task Model_AnotherIsChosenWhileOneIsLoaded_StaysTheChosenOne()
    {
        var isLoaded = false;
        await using var open = await browser.GoAsync(async page =>
        {
            await page.Clock.InstallAsync();
            await page.RouteAsync("**/v1/models", route => route.FulfillAsync(new() { Json = new { models = new[] { new { name = "slow" }, new { name = "embedded" } } } }));
            await page.RouteAsync("**/v1/models/slow", route => isLoaded
                ? route.ContinueAsync(new() { Url = $"{browser.Page}v1/models/embedded" })
                : route.FulfillAsync(Failures.Of(503, "UNAVAILABLE", "NOT_READY", "the model is being loaded")));
        });
        await OpenPage.ShowsAsync(open.Status, "Waiting for the model");

        await open.Page.GetByLabel("Model").SelectOptionAsync("embedded");
        await open.LoadsAsync();
        isLoaded = true;
        var asked = false;
        open.Page.Request += (_, request) => asked |= request.Url.EndsWith("/slow", StringComparison.Ordinal);
        await open.Page.Clock.RunForAsync(10_000);

        Assert.False(asked);
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Fault_Dismissed_GivesTheFocusBack()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.Page.GetByLabel("Another class").FillAsync("unicorn");
        await open.Page.Keyboard.PressAsync("Enter");
        await OpenPage.ShowsAsync(open.Fault, "unicorn");

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();

        await Expect(open.Page.GetByLabel("Another class")).ToBeFocusedAsync();
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

    [GeneratedRegex(@"^\d+\.\d %$")]
    private static partial Regex Share();

    [GeneratedRegex(@"^.*[a-z] \d+\.\d %$")]
    private static partial Regex ShareAtTheEnd();
}
