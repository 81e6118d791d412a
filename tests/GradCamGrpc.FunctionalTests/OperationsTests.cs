using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using V1 = Grpc.Reflection.V1;

namespace GradCamGrpc.FunctionalTests;

public sealed class OperationsTests(RunningServer shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_EveryServiceOfTheServer_ServesOnceTheModelIsReadyAndNotBefore()
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();
        var health = new Health.HealthClient(server.Channel);
        string[] services = ["", .. (await ServicesAsync(server)).Where(name => name.StartsWith("gradcam.", StringComparison.Ordinal))];

        foreach (var service in services)
        {
            var early = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancellation);

            // Whoever asks so late that the model has become ready has seen nothing of the beginning.
            if (!server.WhenReady.IsCompleted)
                Assert.Equal((service, Status.NotServing), (service, early.Status));
        }
        await server.WhenReady;
        foreach (var service in services)
        {
            var ready = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancellation);
            Assert.Equal((service, Status.Serving), (service, ready.Status));
        }
    }

    [Fact]
    public async Task Health_Liveness_ServesFromTheFirstMomentAndWhileTheServerStops()
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();
        using var watch = new Health.HealthClient(server.Channel).Watch(
            new HealthCheckRequest { Service = "liveness" }, cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        var early = watch.ResponseStream.Current.Status;
        var next = watch.ResponseStream.MoveNext(Cancellation);

        await server.WhenReady;
        await server.StopAsync();

        // A watcher is told what changes: here nothing did, until the watch ended with the server.
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => next)).StatusCode);
        Assert.Equal(Status.Serving, early);
    }

    [Fact]
    public async Task Health_ServerStops_AWatcherIsToldThatItDoesNotServe()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        using var watch = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        var before = watch.ResponseStream.Current.Status;

        var stopping = server.StopAsync();
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        var after = watch.ResponseStream.Current.Status;
        var end = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancellation));

        // It holds nothing up.
        await stopping;
        Assert.Equal((Status.Serving, Status.NotServing, StatusCode.Unavailable), (before, after, end.StatusCode));
    }

    [Fact]
    public async Task Explain_WhileTheModelLoads_IsUnavailableAndLaterAnswered()
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();

        var early = await server.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(StatusCode.Unavailable, early.StatusCode);
        await server.WhenReady;
        Assert.Single((await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage })).Maps);
    }

    [Fact]
    public async Task Stop_CallsAreInFlight_AllAreAnswered()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };
        var calls = Enumerable.Range(0, 24).Select(_ => server.Classification.Explain(
            request, cancellationToken: Cancellation)).ToArray();

        // The first answer says that the server has the calls before it: one connection keeps their order.
        Assert.True(await calls[^1].ResponseStream.MoveNext(Cancellation));
        var stopping = server.StopAsync();

        foreach (var call in calls)
        {
            var messages = await call.ReadAllAsync();
            Assert.NotEmpty(messages);
            Assert.Equal(ClassificationServiceExplainResponse.EventOneofCase.Map, messages[^1].EventCase);
        }
        await stopping;
    }

    [Fact]
    public async Task Reflection_ListServices_NamesAllOfOurs() => Assert.Equal(
        [
            "gradcam.v1.CaptioningService", "gradcam.v1.ClassificationService", "gradcam.v1.ComparisonService", "gradcam.v1.EvidenceService",
            "gradcam.v1.ModelService", "gradcam.v1.MultiTaskService", "gradcam.v1.VideoService", "gradcam.v1.VqaService", "grpc.health.v1.Health",
        ],
        (await ServicesAsync(shared)).Order(StringComparer.Ordinal));

    /// <summary>No question to it is as long as that: it is refused before it is read, in both versions.</summary>
    [Fact]
    public async Task Reflection_LongMessage_IsRefused()
    {
        var symbol = new string('a', 100_000);
        using var old = new ServerReflection.ServerReflectionClient(shared.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        using var now = new V1.ServerReflection.ServerReflectionClient(shared.Channel).ServerReflectionInfo(cancellationToken: Cancellation);

        // The refusal may come while the message is still being sent: then sending fails, too, and it is the answer that says why.
        var toOld = old.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }, Cancellation);
        var toNow = now.RequestStream.WriteAsync(new V1.ServerReflectionRequest { FileContainingSymbol = symbol }, Cancellation);
        var ofOld = await Assert.ThrowsAsync<RpcException>(() => old.ResponseStream.MoveNext(Cancellation));
        var ofNow = await Assert.ThrowsAsync<RpcException>(() => now.ResponseStream.MoveNext(Cancellation));
        await Task.WhenAll(toOld, toNow).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(StatusCode.ResourceExhausted, ofOld.StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, ofNow.StatusCode);
    }

    [Fact]
    public async Task Metrics_AfterACall_HaveEveryStage()
    {
        await shared.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        foreach (var stage in new[] { "decode", "queue", "forward", "backward", "render" })
            await MetricsWithAsync(shared, $"gradcam_stage_duration_seconds_count{{[^}}]*stage=\"{stage}\"[^}}]*}} [1-9]");
        var text = await MetricsWithAsync(shared, "gradcam_batch_size_count{[^}]*} [1-9]");
        Assert.Contains("gradcam_queue_length", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_CallsThatEndDifferently_HaveTheirGrpcStatus()
    {
        await shared.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        await shared.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Model = "nobody" });
        const string Calls = "http_server_request_duration_seconds_count{[^}]*http_route=\"/gradcam.v1.ClassificationService/Explain\"[^}]*";

        await MetricsWithAsync(shared, Calls + "rpc_response_status_code=\"OK\"");
        var text = await MetricsWithAsync(shared, Calls + "rpc_response_status_code=\"NOT_FOUND\"");

        // A scrape is no call.
        Assert.DoesNotMatch("(?m)^(?!.*http_route=).*rpc_response_status_code", text);
    }

    /// <summary>A stream that fails on the way is a 200 of HTTP. Nobody else's work keeps this server from its first message.</summary>
    [Fact]
    public async Task Metrics_CallsAsJsonThatEndDifferently_HaveTheirGrpcStatus()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        using var http = new HttpClient { BaseAddress = server.HttpAddress };
        var image = $$"""{"image": {"encoded": "{{Convert.ToBase64String(Photos.Cat)}}"}""";
        var codes = new List<int>();
        foreach (var (rest, timeout) in new[] { ("}", "60S"), (", \"colour\": 1}", "60S"), (", \"methods\": [{\"integratedGradients\": {\"stepCount\": 1000}}]}", "5S") })
        {
            using var content = new StringContent(image + rest, Encoding.UTF8, "application/json");
            content.Headers.Add("grpc-timeout", timeout);
            using var response = await http.PostAsync(new Uri("/v1/images:explain", UriKind.Relative), content, Cancellation);
            codes.Add((int)response.StatusCode);
        }
        const string Calls = "http_server_request_duration_seconds_count{[^}]*http_response_status_code=\"{0}\",http_route=\"/v1/images:explain\"[^}]*rpc_response_status_code=\"{1}\"";

        Assert.Equal([200, 400, 200], codes);
        foreach (var (code, status) in codes.Zip(["OK", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED"]))
            await MetricsWithAsync(server, Calls.Replace("{0}", $"{code}", StringComparison.Ordinal).Replace("{1}", status, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_ModelLoads_IsReadyAfterwardsAndNotBefore()
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();
        using var http = new HttpClient();

        var early = await http.GetStringAsync(server.MetricsAddress, Cancellation);
        if (!server.WhenReady.IsCompleted)
            Assert.Matches("gradcam_model_ready{[^}]*model=\"embedded\"} 0", early);
        await server.WhenReady;

        await MetricsWithAsync(server, "gradcam_model_ready{[^}]*model=\"embedded\"} 1");
    }

    [Fact]
    public async Task Metrics_AnotherServerLivesInTheProcess_AreOfTheirOwnCallsAlone()
    {
        await using var idle = new RunningServer(options => options);
        await idle.InitializeAsync();
        await shared.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        await MetricsWithAsync(shared, "gradcam_stage_duration_seconds_count{[^}]*stage=\"decode\"");

        var text = await MetricsWithAsync(idle, "gradcam_model_ready");

        Assert.DoesNotContain("stage=\"decode\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_ServerStarts_AreReadyWithTheModelAndLiveBefore()
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();
        using var http = new HttpClient();
        async Task<(HttpStatusCode Live, HttpStatusCode Ready)> AskAsync()
        {
            using var live = await http.GetAsync(new Uri(server.MetricsAddress, "/livez"), Cancellation);
            using var ready = await http.GetAsync(new Uri(server.MetricsAddress, "/readyz"), Cancellation);
            return (live.StatusCode, ready.StatusCode);
        }

        var early = await AskAsync();
        if (!server.WhenReady.IsCompleted)
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), early);
        await server.WhenReady;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await AskAsync());

        // For load balancers, the address of JSON has them, too.
        using var elsewhere = await http.GetAsync(new Uri(server.HttpAddress, "/readyz"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Metrics_AnyOtherPath_IsNotFound()
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(shared.MetricsAddress, "/other"), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task ListModels_EmbeddedOnly_ListsItInBriefAndGetModelInFull()
    {
        var listed = await shared.Models.ListModelsAsync(new ListModelsRequest(), cancellationToken: Cancellation);
        var full = await shared.Models.GetModelAsync(new GetModelRequest { Name = "embedded" }, cancellationToken: Cancellation);

        var brief = Assert.Single(listed.Models);
        Assert.Equal("", listed.NextPageToken);
        Assert.Equal(("embedded", 1000, "bn2"), (brief.Name, brief.ClassCount, brief.DefaultLayer));
        Assert.Empty(brief.Labels);
        Assert.Equal([ModelTask.Classification, ModelTask.Captioning, ModelTask.Vqa], full.Model.Tasks);
        Assert.Equal(1000, full.Model.Labels.Count);
        Assert.Equal(new PixelSize { Width = 7, Height = 7 }, full.Model.Layers.Single(layer => layer.Name == "bn2").Size);
        Assert.Equal(224, full.Model.Preprocessing.InputSize.Width);
    }

    [Fact]
    public async Task ListModels_NegativePageSize_IsInvalid()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await shared.Models.ListModelsAsync(
            new ListModelsRequest { PageSize = -1 }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["page_size"], fault.Fields());
    }

    /// <summary>A scrape that matches a pattern. A call is measured after its answer, and scrapes are cached for a moment: the first may not.</summary>
    private static async Task<string> MetricsWithAsync(RunningServer server, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        using var http = new HttpClient();
        var patience = Stopwatch.StartNew();
        string text;
        do
            text = await http.GetStringAsync(server.MetricsAddress, Cancellation);
        while (!Regex.IsMatch(text, pattern) && patience.Elapsed < TimeSpan.FromSeconds(10));
        Assert.Matches(pattern, text);
        return text;
    }

    /// <summary>What the server's reflection lists, but for the reflection itself.</summary>
    private static async Task<string[]> ServicesAsync(RunningServer server)
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancellation);
        await call.RequestStream.CompleteAsync();
        var answer = await call.ResponseStream.ReadAllAsync(Cancellation).FirstAsync(Cancellation);
        return
        [
            .. answer.ListServicesResponse.Service.Select(service => service.Name)
                .Where(name => !name.StartsWith("grpc.reflection.", StringComparison.Ordinal)),
        ];
    }
}
