using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using GradCamGrpc.TestData;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Models that are loaded and unloaded by calls.</summary>
public sealed class ModelControlTests(RunningServer shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadModel_NewChangedAndUnchanged_IsServedAndSaysWhetherItWasLoaded()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);
        ModelCopy.Write(Path.Combine(models.Root, "folder"), "other", "7");
        var before = await models.ClassifyAsync();

        var other = await LoadAsync(models.Server, "other");
        var same = await LoadAsync(models.Server, ChangingModels.Model);
        ModelCopy.Write(models.Folder, ChangingModels.Model, "2");
        var changed = await LoadAsync(models.Server, ChangingModels.Model);
        var after = await models.ClassifyAsync();

        Assert.Equal((true, "7"), (other.Loaded, other.Model.Version));
        Assert.Equal((false, before.ModelRevision), (same.Loaded, same.Model.Revision));
        Assert.Equal((true, "2"), (changed.Loaded, changed.Model.Version));
        Assert.Equal(("2", changed.Model.Revision), (after.ModelVersion, after.ModelRevision));
        Assert.Equal("7", (await models.ClassifyAsync("other")).ModelVersion);
    }

    [Fact]
    public async Task UnloadModel_ACallHoldsIt_ThatIsAnsweredAndLaterOnesAreNotFound()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);
        using var stream = models.Server.Video.Explain(cancellationToken: Cancellation);
        await stream.RequestStream.WriteAsync(new VideoServiceExplainRequest { Settings = new VideoSettings() }, Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(0, stream.ResponseStream.Current.SettingsStatus.Code);

        var unloaded = await models.Server.Models.UnloadModelAsync(
            new UnloadModelRequest { Name = ChangingModels.Model }, cancellationToken: Cancellation);
        var late = await Assert.ThrowsAsync<RpcException>(() => models.ClassifyAsync());
        var again = await Assert.ThrowsAsync<RpcException>(() => LoadAsync(models.Server, ChangingModels.Model));
        await stream.RequestStream.WriteAsync(
            new VideoServiceExplainRequest { Frame = new VideoFrame { Image = Photos.CatImage, Timestamp = new Google.Protobuf.WellKnownTypes.Duration() } }, Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        var frame = stream.ResponseStream.Current.Frame;
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(1, unloaded.CallCount);
        Assert.Equal(StatusCode.NotFound, late.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, again.StatusCode);
        Assert.Contains("still answers 1 calls", again.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("1", frame.Explained.Prediction.ModelVersion);
    }

    [Fact]
    public async Task LoadModel_FolderIsBad_SaysWhyAndTheOldVersionGoesOn()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);
        await File.WriteAllTextAsync(Path.Combine(models.Folder, "labels-1.txt"), "one", Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => LoadAsync(models.Server, ChangingModels.Model));

        Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
        Assert.Contains("'changing' cannot be loaded: ", fault.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(models.Root, fault.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("1", (await models.ClassifyAsync()).ModelVersion);
    }

    [Theory]
    [InlineData("nobody", StatusCode.NotFound)]
    [InlineData("../changing", StatusCode.InvalidArgument)]
    [InlineData("/etc", StatusCode.InvalidArgument)]
    [InlineData("", StatusCode.InvalidArgument)]
    public async Task LoadAndUnloadModel_NoSuchName_SayWhichFieldIsWrong(string name, StatusCode status)
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);

        var load = await Assert.ThrowsAsync<RpcException>(() => LoadAsync(models.Server, name));
        var unload = await Assert.ThrowsAsync<RpcException>(async () =>
            await models.Server.Models.UnloadModelAsync(new UnloadModelRequest { Name = name }, cancellationToken: Cancellation));

        Assert.Equal((status, "name"), (load.StatusCode, Assert.Single(load.Fields())));
        Assert.Equal((status, "name"), (unload.StatusCode, Assert.Single(unload.Fields())));
    }

    [Theory]
    [InlineData(ModelControl.None)]
    [InlineData(ModelControl.Poll)]
    public async Task LoadAndUnloadModel_CallersMayNot_IsAFailedPrecondition(ModelControl control)
    {
        await using var models = await ChangingModels.StartAsync(control);

        var load = await Assert.ThrowsAsync<RpcException>(() => LoadAsync(models.Server, ChangingModels.Model));
        var unload = await Assert.ThrowsAsync<RpcException>(async () =>
            await models.Server.Models.UnloadModelAsync(new UnloadModelRequest { Name = ChangingModels.Model }, cancellationToken: Cancellation));

        Assert.All([load, unload], fault =>
        {
            Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
            Assert.Contains("--model-control explicit", fault.Status.Detail, StringComparison.Ordinal);
        });
        Assert.Equal("1", (await models.ClassifyAsync()).ModelVersion);
    }

    [Fact]
    public async Task UnloadModel_Embedded_IsRefused()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
            await shared.Models.UnloadModelAsync(new UnloadModelRequest { Name = "embedded" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.FailedPrecondition, fault.StatusCode);
    }

    [Fact]
    public async Task LoadAndUnloadModel_AsJson_AreTheSame()
    {
        await using var models = await ChangingModels.StartAsync(ModelControl.Explicit);
        using var http = new HttpClient { BaseAddress = models.Server.HttpAddress };
        async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string path)
        {
            using var response = await http.PostAsJsonAsync(path, new JsonObject(), Cancellation);
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!);
        }

        var unloaded = await PostAsync("/v1/models/changing:unload");
        var gone = await PostAsync("/v1/models/changing:unload");
        var loaded = await PostAsync("/v1/models/changing:load");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK), (unloaded.Status, gone.Status, loaded.Status));
        Assert.Equal("changing", (string?)loaded.Answer["model"]!["name"]);
    }

    /// <summary>A name that no model could have is the client's fault, and no path.</summary>
    [Theory]
    [InlineData("../embedded")]
    [InlineData("embedded/../embedded")]
    [InlineData("Embedded")]
    public async Task Explain_NameThatNoModelCanHave_IsInvalid(string name)
    {
        var fault = await shared.FailAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage, Model = name });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal(["model"], fault.Fields());
        Assert.Contains("cannot be a model's name", fault.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<LoadModelResponse> LoadAsync(RunningServer server, string name) =>
        await server.Models.LoadModelAsync(new LoadModelRequest { Name = name }, cancellationToken: Cancellation);
}
