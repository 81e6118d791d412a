using System.Net;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace GradCamGrpc.FunctionalTests;

public sealed class OperationsTests(RunningServer shared)
{
    [Theory]
    [InlineData("")]
    [InlineData("gradcam.v1.ClassificationService")]
    [InlineData("gradcam.v1.EvidenceService")]
    [InlineData("gradcam.v1.ModelService")]
    public async Task Health_FromStartToReady_IsNotServingThenServing(string service)
    {
        await using var server = new RunningServer(options => options);
        await server.StartAsync();
        using var watch = new Health.HealthClient(server.Channel).Watch(
            new HealthCheckRequest { Service = service }, cancellationToken: TestContext.Current.CancellationToken);

        var seen = new List<Status>();
        await foreach (var response in watch.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            seen.Add(response.Status);
            if (response.Status is Status.Serving)
                break;
        }

        // The watcher may come too late for the beginning, but never sees a model that is ready turn back.
        Assert.True(server.WhenReady.IsCompletedSuccessfully || seen[0] is Status.NotServing or Status.ServiceUnknown);
        Assert.Equal(Status.Serving, seen[^1]);
        Assert.Single(seen, Status.Serving);
    }

    [Fact]
    public async Task Explain_ModelIsNotReady_IsUnavailableOrServed()
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
            request, cancellationToken: TestContext.Current.CancellationToken)).ToArray();

        // The first answer says that the server has the calls before it: one connection keeps their order.
        Assert.True(await calls[^1].ResponseStream.MoveNext(TestContext.Current.CancellationToken));
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
    public async Task Reflection_ListServices_NamesOurs()
    {
        using var call = new ServerReflection.ServerReflectionClient(shared.Channel).ServerReflectionInfo(
            cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();

        var answer = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken);

        var names = answer.ListServicesResponse.Service.Select(service => service.Name);
        Assert.Superset(
            new HashSet<string> { "gradcam.v1.ClassificationService", "gradcam.v1.ModelService", "grpc.health.v1.Health" }, names.ToHashSet());
    }

    [Fact]
    public async Task Metrics_AfterACall_HaveEveryStage()
    {
        await shared.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        using var http = new HttpClient();

        var text = await http.GetStringAsync(shared.MetricsAddress, TestContext.Current.CancellationToken);

        foreach (var stage in new[] { "decode", "queue", "forward", "backward", "render" })
            Assert.Matches($"gradcam_stage_duration_seconds_count{{[^}}]*stage=\"{stage}\"[^}}]*}} [1-9]", text);
        Assert.Contains("gradcam_batch_size", text, StringComparison.Ordinal);
        Assert.Contains("gradcam_queue_length", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AnyOtherPath_IsNotFound()
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(shared.MetricsAddress, "/other"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task ListModels_EmbeddedOnly_ListsItInBriefAndGetModelInFull()
    {
        var listed = await shared.Models.ListModelsAsync(new ListModelsRequest(), cancellationToken: TestContext.Current.CancellationToken);
        var full = await shared.Models.GetModelAsync(new GetModelRequest { Name = "embedded" }, cancellationToken: TestContext.Current.CancellationToken);

        var brief = Assert.Single(listed.Models);
        Assert.Equal("", listed.NextPageToken);
        Assert.Equal(("embedded", 1000, "bn2"), (brief.Name, brief.ClassCount, brief.DefaultLayer));
        Assert.Empty(brief.Labels);
        Assert.Equal([ModelTask.Classification], full.Model.Tasks);
        Assert.Equal(1000, full.Model.Labels.Count);
        Assert.Equal(new PixelSize { Width = 7, Height = 7 }, full.Model.Layers.Single(layer => layer.Name == "bn2").Size);
        Assert.Equal(224, full.Model.Preprocessing.InputSize.Width);
    }

    [Fact]
    public async Task ListModels_NegativePageSize_IsInvalid()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await shared.Models.ListModelsAsync(
            new ListModelsRequest { PageSize = -1 }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["page_size"], fault.Fields());
    }
}
