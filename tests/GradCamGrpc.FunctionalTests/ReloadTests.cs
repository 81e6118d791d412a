using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;
using Grpc.Core;
using Grpc.Health.V1;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace GradCamGrpc.FunctionalTests;

/// <summary>A server that follows what happens to the folders of its models.</summary>
public sealed class ReloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Eight clients never pause while three versions come. Each sees all of them in their order, whole, and none sees a fault.</summary>
    [Fact]
    public async Task Reload_CallsAreInFlight_NoneFailsAndEveryVersionIsSeen()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Poll);
        using var end = new CancellationTokenSource();
        var seen = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var answers = new List<ClassificationPrediction>();
            while (!end.IsCancellationRequested)
                answers.Add(await models.ClassifyAsync());
            return answers;
        })).ToArray();

        foreach (var version in new[] { "1", "2", "3" })
        {
            ModelCopy.Write(models.Folder, ChangingModels.Model, version);
            await models.ClassifyUntilAsync(version);
        }
        await end.CancelAsync();

        var revisions = new HashSet<(string Version, string Revision)>();
        foreach (var answers in await Task.WhenAll(seen))
        {
            var versions = answers.Select(answer => answer.ModelVersion).ToArray();
            Assert.Equal(versions.Order(StringComparer.Ordinal), versions);
            revisions.UnionWith(answers.Select(answer => (answer.ModelVersion, answer.ModelRevision)));
        }
        Assert.Equal(["1", "2", "3"], revisions.Select(pair => pair.Version).Order(StringComparer.Ordinal));
        var model = await models.Server.Models.GetModelAsync(new GetModelRequest { Name = ChangingModels.Model }, cancellationToken: Cancellation);
        Assert.Equal(("3", "3"), (model.Model.Version, model.Model.Labels[0]));
        Assert.Contains((model.Model.Version, model.Model.Revision), revisions);
    }

    [Fact]
    public async Task Reload_StreamIsOpen_ItKeepsItsVersionToItsEnd()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Poll);
        using var stream = models.Server.Classification.ExplainStream(cancellationToken: Cancellation);
        var before = await NextAsync(stream, "before");
        ModelCopy.Write(models.Folder, ChangingModels.Model, "2");
        var meanwhile = await models.ClassifyUntilAsync("2");
        await MetricsWithAsync(models.Server, LeavingCalls("1"));

        var after = await NextAsync(stream, "after");
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(("1", "1", "2"), (before.ModelVersion, after.ModelVersion, meanwhile.ModelVersion));
        Assert.Equal(before.ModelRevision, after.ModelRevision);
        Assert.NotEqual(before.ModelRevision, meanwhile.ModelRevision);
        await MetricsWithAsync(models.Server, LeavingCalls("0"));
    }

    [Fact]
    public async Task Unload_FolderIsGone_CallsAreNotFoundAndHealthAndMetricsForgetIt()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Poll);
        var other = Path.Combine(models.Root, "other");
        using var watch = new Health.HealthClient(models.Server.Channel).Watch(
            new HealthCheckRequest { Service = "models/other" }, cancellationToken: Cancellation);
        async Task<Status> NextStatusAsync() => await watch.ResponseStream.MoveNext(Cancellation) ? watch.ResponseStream.Current.Status : Status.Unknown;

        Assert.Equal(Status.ServiceUnknown, await NextStatusAsync());
        ModelCopy.Write(other, "other", "1");
        Assert.Equal(Status.Serving, await NextStatusAsync());
        Assert.Equal("1", (await models.ClassifyAsync("other")).ModelVersion);
        await MetricsWithAsync(models.Server, "gradcam_model_ready{[^}]*model=\"other\"[^}]*} 1");

        Directory.Delete(other, recursive: true);
        Assert.Equal(Status.ServiceUnknown, await NextStatusAsync());
        var fault = await Assert.ThrowsAsync<RpcException>(() => models.ClassifyAsync("other"));
        Assert.Equal(StatusCode.NotFound, fault.StatusCode);
        Assert.Equal(["model"], fault.Fields());
        Assert.Contains("served: changing", fault.Status.Detail, StringComparison.Ordinal);
        await MetricsWithAsync(models.Server, "^(?![\\s\\S]*gradcam_(queue|model_ready)[^\\n]*model=\"other\")");
        Assert.Equal("1", (await models.ClassifyAsync()).ModelVersion);
        Assert.Equal(Status.Serving, (await HealthAsync(models, "")).Status);
    }

    [Fact]
    public async Task Unload_TheLastModel_TheServerDoesNotServeUntilOneComes()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Poll);
        using var watch = new Health.HealthClient(models.Server.Channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(Status.Serving, watch.ResponseStream.Current.Status);

        Directory.Delete(models.Folder, recursive: true);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(Status.NotServing, watch.ResponseStream.Current.Status);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => models.ClassifyAsync(""))).StatusCode);
        Assert.Equal(Status.Serving, (await HealthAsync(models, "liveness")).Status);

        ModelCopy.Write(models.Folder, ChangingModels.Model, "2");
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(Status.Serving, watch.ResponseStream.Current.Status);
        Assert.Equal("2", (await models.ClassifyAsync("")).ModelVersion);
    }

    [Fact]
    public async Task Reload_FolderIsBad_TheOldVersionAnswersAndMetricsSaySo()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Poll);
        await MetricsWithAsync(models.Server, "gradcam_model_load_failures_total({[^}]*})? 0");

        await File.WriteAllTextAsync(Path.Combine(models.Folder, "labels-1.txt"), "one", Cancellation);

        await MetricsWithAsync(models.Server, "gradcam_model_load_failures_total({[^}]*})? 1");
        await MetricsWithAsync(models.Server, "gradcam_model_refused_folders({[^}]*})? 1");
        Assert.Equal("1", (await models.ClassifyAsync()).ModelVersion);
        Assert.Equal(Status.Serving, (await HealthAsync(models, "models/changing")).Status);

        ModelCopy.Write(models.Folder, ChangingModels.Model, "2");
        Assert.Equal("2", (await models.ClassifyUntilAsync("2")).ModelVersion);
        await MetricsWithAsync(models.Server, "gradcam_model_refused_folders({[^}]*})? 0");
    }

    /// <summary>A check loads the network once more. It says so where that would be another version's.</summary>
    [Fact]
    public async Task CheckSanity_WeightsHaveChangedSinceTheyWereLoaded_IsRefused()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);
        var weights = Path.Combine(models.Folder, EmbeddedModel.Read().Manifest.Weights.File);
        File.Delete(weights);
        await File.WriteAllTextAsync(weights, "other weights", Cancellation);

        using var call = models.Server.Evidence.CheckSanity(new CheckSanityRequest { Image = Photos.CatImage }, cancellationToken: Cancellation);
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync());

        Assert.Equal((StatusCode.FailedPrecondition, "MODEL_CHANGED"), (fault.StatusCode, fault.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains("have changed", fault.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("1", (await models.ClassifyAsync()).ModelVersion);
    }

    [Fact]
    public async Task Start_OneFolderIsBad_TheOthersAreServed()
    {
        var root = Directory.CreateTempSubdirectory().FullName;
        ModelCopy.Write(Path.Combine(root, "good"), "good", "1");
        Directory.CreateDirectory(Path.Combine(root, "bad"));
        await File.WriteAllTextAsync(Path.Combine(root, "bad", "model.json"), "{", Cancellation);
        await using (var server = new RunningServer(options => options with { Models = root, ModelControl = ModelControl.Poll }))
        {
            await server.InitializeAsync();
            var listed = await server.Models.ListModelsAsync(new ListModelsRequest(), cancellationToken: Cancellation);

            Assert.Equal(["good"], listed.Models.Select(model => model.Name));
            await MetricsWithAsync(server, "gradcam_model_refused_folders({[^}]*})? 1");
        }
        Directory.Delete(root, recursive: true);
    }

    private static string LeavingCalls(string count) => $"gradcam_model_leaving_calls{{[^}}]*model=\"changing\"[^}}]*}} {count}";

    private static async Task<HealthCheckResponse> HealthAsync(ChangingModels models, string service) =>
        await new Health.HealthClient(models.Server.Channel).CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancellation);

    /// <summary>Sends a photo on a stream and reads its answer to the end.</summary>
    private static async Task<ClassificationPrediction> NextAsync(
        AsyncDuplexStreamingCall<ClassificationServiceExplainStreamRequest, ClassificationServiceExplainStreamResponse> stream, string id)
    {
        var question = new ClassificationServiceExplainRequest { Image = Photos.CatImage, Model = ChangingModels.Model };
        await stream.RequestStream.WriteAsync(
            new ClassificationServiceExplainStreamRequest { Item = new ExplainItem { Id = id, Request = question } }, Cancellation);
        ClassificationPrediction? prediction = null;
        while (await stream.ResponseStream.MoveNext(Cancellation) && stream.ResponseStream.Current.End is null)
            prediction ??= stream.ResponseStream.Current.Part.Prediction;
        Assert.Equal(0, stream.ResponseStream.Current.End!.Code);
        return prediction!;
    }

    /// <summary>A scrape that matches a pattern. What it tells of comes a moment later than it is seen elsewhere.</summary>
    private static async Task<string> MetricsWithAsync(RunningServer server, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        using var http = new HttpClient();
        var patience = Stopwatch.StartNew();
        string text;
        do
            text = await http.GetStringAsync(server.MetricsAddress, Cancellation);
        while (!Regex.IsMatch(text, pattern) && patience.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Matches(pattern, text);
        return text;
    }
}
