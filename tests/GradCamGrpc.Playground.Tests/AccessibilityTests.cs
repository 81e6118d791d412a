using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>Whether the page can be used without seeing it, or by seeing it badly.</summary>
public sealed class AccessibilityTests(ServerAndBrowser browser)
{
    private static readonly string[] NamedRoles = ["button", "textbox", "combobox", "slider", "radio", "image"];

    /// <summary>axe-core has the rules of the WCAG that a program can check.</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Page_InEveryState_BreaksNoRuleOfAxe(ColorScheme colors)
    {
        await using var open = await browser.OpenAsync(colors);
        await CheckAsync("empty");

        await open.DropAsync("letter.png", "To whom it may concern"u8.ToArray());
        await OpenPage.ShowsAsync(open.Fault, "image.encoded");
        await CheckAsync("a fault");

        await open.TakeExampleAsync();
        await CheckAsync("a photo");

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await OpenPage.ShowsAsync(open.Page.Locator("figcaption").Nth(1), "tiger cat");
        await open.Page.GetByLabel("Question about the photo").FillAsync("what animal is this?");
        await open.Page.Keyboard.PressAsync("Enter");
        await OpenPage.ShowsAsync(open.Page.Locator("figcaption").Nth(1), "” to “");
        await CheckAsync("two maps and answers");

        async Task CheckAsync(string state)
        {
            var result = await open.Page.RunAxe();
            Assert.NotEmpty(result.Passes);
            Assert.Equal("", string.Join('\n', result.Violations.Select(
                violation => $"{state}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")));
        }
    }

    /// <summary>WCAG 2.2, 1.4.11: what shows where a control is has a contrast of 3 to its ground.</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Controls_All_HaveBordersThatCanBeSeen(ColorScheme colors)
    {
        await using var open = await browser.OpenAsync(colors);
        await open.TakeExampleAsync();
        await open.AskAsync("what animal is this?");

        var contrasts = await open.Page.EvaluateAsync<double[]>(
            """
            () => {
              const luminance = color => {
                const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map(value => value / 255)
                  .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              const ground = luminance(getComputedStyle(document.body).backgroundColor);
              return [...document.querySelectorAll("main button, main select, main input:not([type=range], [type=radio])")]
                .filter(control => control.checkVisibility())
                .map(control => contrast(luminance(getComputedStyle(control).borderTopColor), ground));
            }
            """);

        Assert.True(contrasts.Length > 15, $"{contrasts.Length} controls");
        Assert.All(contrasts, contrast => Assert.True(contrast >= 3, $"{contrast}"));
    }

    /// <summary>A placeholder goes once one types.</summary>
    [Theory]
    [InlineData("Another class")]
    [InlineData("Question about the photo")]
    public async Task TextField_Label_CanBeSeen(string label)
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        var box = (await open.Page.Locator("label", new() { HasText = label }).BoundingBoxAsync())!;

        Assert.True(box.Width > 50 && box.Height > 10, $"{box.Width} x {box.Height}");
    }

    [Fact]
    public async Task Answers_Each_AreAnnouncedOnce()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();

        await Expect(open.Page.Locator("[aria-live]")).ToHaveCountAsync(1);
        await OpenPage.ShowsAsync(open.Status, "Explained tiger cat in ");
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
}
