using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradCamGrpc.Playground.Tests;

/// <summary>The camera of the page: a test pattern of chromium's.</summary>
public sealed partial class CameraTests(ServerAndBrowser browser)
{
    private const int Classes = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        open.Page.RequestFailed += (_, request) =>
        {
            if (request.Url.EndsWith(":explain", StringComparison.Ordinal))
                Interlocked.Decrement(ref inFlight);
        };
        open.Page.RequestFinished += (_, request) =>
        {
            if (!request.Url.EndsWith(":explain", StringComparison.Ordinal))
                return;
            Interlocked.Decrement(ref inFlight);
            if (Interlocked.Increment(ref count) == 3)
                several.SetResult();
        };

        await open.Camera.ClickAsync();
        await several.Task.WaitAsync(Cancellation);

        await Expect(open.Classes).ToHaveCountAsync(Classes);
        await open.Camera.ClickAsync();
        await OpenPage.ShowsAsync(open.Status, ExplainedIn());
        Assert.Equal(1, most);
        Assert.Empty(open.Complaints);
    }

    /// <summary>The browser may take its time to make a picture of what the camera sees: here until the photo's map was asked for.</summary>
    [Fact]
    public async Task Camera_OffWhileAFrameIsTaken_TheLastOneIsExplainedAllTheSame()
    {
        await using var open = await browser.OpenAsync();
        await open.Page.EvaluateAsync("""
            () => {
              const toBlob = HTMLCanvasElement.prototype.toBlob;
              HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
                toBlob.call(this, picture => {
                  if (window.holds)
                    window.release = () => done(picture);
                  else
                    done(picture);
                }, ...how);
              };
            }
            """);
        await open.Camera.ClickAsync();
        await Expect(open.Classes).ToHaveCountAsync(Classes);
        await open.Page.EvaluateAsync("() => { window.holds = true; }");
        await open.Page.WaitForFunctionAsync("() => window.release");
        await open.Page.RouteAsync("**/v1/**:explain", async route =>
        {
            // The frame comes. Once all is done with it, the camera is given back.
            await open.Page.EvaluateAsync("""
                () => new Promise(done => {
                  const stop = MediaStreamTrack.prototype.stop;
                  MediaStreamTrack.prototype.stop = function () {
                    stop.call(this);
                    done();
                  };
                  window.release();
                })
                """);
            await route.ContinueAsync();
        });

        await open.Camera.ClickAsync();

        await OpenPage.ShowsAsync(open.Status, ExplainedIn());
        Assert.Empty(open.Complaints);
    }

    /// <summary>The first answer never comes.</summary>
    [Fact]
    public async Task Camera_OffBeforeItsFirstMap_LeavesThePageAsItWas()
    {
        await using var open = await browser.OpenAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await open.Page.RouteAsync("**/v1/**:explain", _ =>
        {
            asked.TrySetResult();
            return Task.CompletedTask;
        });

        await open.Camera.ClickAsync();
        await asked.Task.WaitAsync(Cancellation);
        await open.Camera.ClickAsync();

        await Expect(open.Camera).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(open.Status).ToHaveTextAsync("");
        await Expect(open.Fault).ToBeHiddenAsync();
        await Expect(open.Page.Locator("#drop")).ToBeVisibleAsync();
        await open.Page.UnrouteAllAsync();
        await open.TakeExampleAsync();
    }

    [Fact]
    public async Task Camera_Refused_SaysSoAndQuestionsAreStillAnswered()
    {
        await using var open = await browser.OpenAsync();
        await open.TakeExampleAsync();
        await open.Page.EvaluateAsync("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied')); }");

        await open.Camera.ClickAsync();
        await OpenPage.ShowsAsync(open.Fault, "The camera cannot be used");
        await open.AskAsync("what animal is this?");

        await Expect(open.Answers).ToHaveCountAsync(Classes);
        await Expect(open.Camera).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(open.Words.First).ToBeVisibleAsync();
    }

    /// <summary>Its light must not stay on.</summary>
    [Fact]
    public async Task Camera_ClickedAgainBeforeItIsAllowed_IsGivenBack()
    {
        await using var open = await browser.OpenAsync();
        await open.Page.EvaluateAsync(
            """
            () => {
              const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
              navigator.mediaDevices.getUserMedia = what => new Promise(resolve => {
                window.allow = async () => resolve(window.stream = await ask(what));
              });
            }
            """);

        await open.Camera.ClickAsync();
        await open.Camera.ClickAsync();
        await open.Page.EvaluateAsync("window.allow()");

        Assert.True(await open.Page.EvaluateAsync<bool>(
            """
            async () => {
              const isEnded = () => window.stream.getTracks().every(track => track.readyState === "ended");
              for (let i = 0; i < 500 && !isEnded(); i++)
                await new Promise(resolve => setTimeout(resolve, 20));
              return isEnded();
            }
            """));
        await Expect(open.Camera).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(open.Fault).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Camera_OffAndOnAgain_FilmsOnce()
    {
        await using var open = await browser.OpenAsync();

        // Counted in the page: a browser tells its driver that one call is over, and that the next one begins, in either order. A call that
        // is called off is over, though who waits for it hears of that after what comes next has begun.
        await open.Page.EvaluateAsync(
            """
            () => {
              const send = window.fetch.bind(window);
              let inFlight = 0;
              window.mostInFlight = 0;
              window.fetch = (url, options) => {
                if (!String(url).endsWith(":explain"))
                  return send(url, options);
                window.mostInFlight = Math.max(window.mostInFlight, ++inFlight);
                let over = () => {
                  inFlight--;
                  over = () => {};
                };
                options.signal.addEventListener("abort", () => over());
                return send(url, options).finally(() => over());
              };
            }
            """);

        await open.Camera.ClickAsync();
        await OpenPage.ShowsAsync(open.Status, "Live");
        await open.Camera.DblClickAsync();
        await Expect(open.Classes).ToHaveCountAsync(Classes);
        for (var i = 0; i < 5; i++)
            await open.Page.RunAndWaitForRequestFinishedAsync(() => Task.CompletedTask);
        await Expect(open.Camera).ToHaveAttributeAsync("aria-pressed", "true");

        Assert.Equal(1, await open.Page.EvaluateAsync<int>("window.mostInFlight"));
    }

    [Fact]
    public async Task Camera_ServerIsBusy_WaitsAndGoesOn()
    {
        await using var open = await browser.OpenAsync();
        var refused = 0;
        var priorities = new List<string?>();
        await open.Page.RouteAsync("**/v1/**:explain", async route =>
        {
            priorities.Add(route.Request.Headers.GetValueOrDefault("x-priority"));
            if (++refused <= 2)
                await route.FulfillAsync(Failures.Of(429, "RESOURCE_EXHAUSTED", "QUEUE_FULL", "too many requests are waiting", "0.010s"));
            else
                await route.ContinueAsync();
        });

        await open.Camera.ClickAsync();

        await Expect(open.Classes).ToHaveCountAsync(Classes);
        await Expect(open.Fault).ToBeHiddenAsync();
        await OpenPage.ShowsAsync(open.Status, "Live again.");
        Assert.All(priorities, priority => Assert.Equal("low", priority));
    }

    [GeneratedRegex(@"Explained .+ in \d+ ms")]
    private static partial Regex ExplainedIn();
}
