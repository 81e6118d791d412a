using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>Texts that are code, answers that are none, and words without end.</summary>
public sealed class HostileTextTests(ServerAndBrowser browser)
{
    private const string Code = """<img src=x onerror="window.ran = true"><script>window.ran = true</script>""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_AllAreCode_AreShownAndNotRun()
    {
        await using var open = await browser.GoAsync(page => page.RouteAsync("**/v1/**", async route =>
        {
            var response = await route.FetchAsync();
            var text = (await response.TextAsync()).Replace("tiger cat", Json(Code), StringComparison.Ordinal)
                .Replace("\"text\":\"a\"", $"\"text\":\"{Json(Code)}\"", StringComparison.Ordinal)
                .Replace("EfficientNet", Json(Code), StringComparison.Ordinal).Replace("efficientnet_lite0", Json(Code), StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = response, Body = text });
        }));
        await open.LoadsAsync();
        await open.DropAsync($"{Code}.png", await File.ReadAllBytesAsync(OpenPage.PhotoPath, Cancellation));
        await OpenPage.ShowsAsync(open.Caption, "onerror");
        await OpenPage.ShowsAsync(open.Classes.First, "onerror");
        await OpenPage.ShowsAsync(open.Page.Locator("#about"), "onerror");
        await OpenPage.ShowsAsync(open.Words.First, new Regex("[a-z]"));

        await open.Page.GetByLabel("Another class").FillAsync(Code);
        await open.Page.Keyboard.PressAsync("Enter");
        await OpenPage.ShowsAsync(open.Fault, "onerror");
        await open.AskAsync(Code + " animal");

        Assert.Equal(0, await open.Page.Locator("img[src=x], body script, [onerror]").CountAsync());
        Assert.False(await open.Page.EvaluateAsync<bool>("'ran' in window"));
        Assert.Equal($"{Code}.png", await open.Page.Locator(".photo img").GetAttributeAsync("alt"));

        static string Json(string text) => text.Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_OneEndlessWord_OverflowsNothing()
    {
        await using var open = await browser.OpenAsync(width: 360, height: 740);
        await open.TakeExampleAsync();

        await open.AskAsync($"what is {new string('m', 900)}?");
        await OpenPage.ShowsAsync(open.Status, "has not learnt");

        Assert.True(await open.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
    }

    [Fact]
    public async Task Question_LongerThanTheServerTakes_SaysSo()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Page.GetByLabel("Question about the photo").FillAsync(new string('m', 1_001));
        await open.Page.Keyboard.PressAsync("Enter");

        await OpenPage.ShowsAsync(open.Fault, "questions[0]");
        await OpenPage.ShowsAsync(open.Caption, "tiger cat");
    }

    /// <summary>A proxy in between says what it likes.</summary>
    [Theory]
    [InlineData(200, "<html>Sign in</html>", "That is no answer of this server")]
    [InlineData(200, "null", "That is no answer of this server")]
    [InlineData(502, "null", "It answered 502")]
    [InlineData(502, """{"error": "no"}""", "It answered 502")]
    [InlineData(502, "<html>Bad gateway</html>", "It answered 502")]
    public async Task Answer_IsNone_SaysSoAndThePageStaysUsable(int status, string body, string words)
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        foreach (var verb in new[] { "classify", "explain" })
        {
            await open.Page.RouteAsync($"**/v1/**:{verb}", route => route.FulfillAsync(new() { Status = status, Body = body }));
            if (verb == "classify")
                await open.Page.GetByRole(AriaRole.Button, new() { Name = "Example photo" }).ClickAsync();
            else
                await open.Classes.Nth(1).ClickAsync();
            await OpenPage.ShowsAsync(open.Fault, words);
            await open.Page.UnrouteAllAsync();
        }

        await open.Classes.Nth(1).ClickAsync();

        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    /// <summary>As where all are unloaded: JSON leaves out what is empty.</summary>
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"models": []}""")]
    public async Task Models_None_SaysSoAndAPhotoTriesAgain(string list)
    {
        await using var open = await browser.GoAsync(page => page.RouteAsync("**/v1/models", route => route.FulfillAsync(new() { Body = list })));
        await OpenPage.ShowsAsync(open.Fault, "The server has no model");

        await open.Page.UnrouteAllAsync();
        await open.TakeExampleAsync();

        await Expect(open.Fault).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Model_CannotBeHad_StaysTheOneBefore()
    {
        await using var open = await browser.GoAsync(page => page.RouteAsync("**/v1/models", route => route.FulfillAsync(
            new() { Json = new { models = new[] { new { name = "embedded" }, new { name = "gone" } } } })));
        await open.LoadsAsync();

        await open.Page.GetByLabel("Model").SelectOptionAsync("gone");

        await OpenPage.ShowsAsync(open.Fault, "The server does not know that");
        await Expect(open.Page.GetByLabel("Model")).ToHaveValueAsync("embedded");
        await open.TakeExampleAsync();
    }

    /// <summary>A newer question ends an older one.</summary>
    [Fact]
    public async Task Clicks_WhileACallRuns_TheLastOneIsShownAndNothingIsAFault()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await open.Classes.Nth(2).DblClickAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Example photo" }).DblClickAsync();
        await OpenPage.ShowsAsync(open.Status, "Explained tiger cat");
        await open.Classes.Nth(3).ClickAsync();
        await open.Classes.Nth(1).ClickAsync();

        await OpenPage.ShowsAsync(open.Status, "Explained Egyptian cat");
        await OpenPage.ShowsAsync(open.Caption, "Egyptian cat");
        await Expect(open.Page.Locator(".busy")).ToHaveCountAsync(0);
        await Expect(open.Fault).ToBeHiddenAsync();
        Assert.Empty(open.Complaints);
    }
}
