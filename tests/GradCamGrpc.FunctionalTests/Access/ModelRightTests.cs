using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests.Access;

/// <summary>Callers who may use some of the models only, at a server of two.</summary>
public sealed class ModelRightTests : IAsyncLifetime
{
    private const string All = "may use all";
    private const string One = "may use one";
    private const string Later = "may use one that is not there yet";

    private static readonly Metadata AsOne = new() { { "x-api-key", One } };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly RunningServer _server;

    public ModelRightTests()
    {
        var models = _folder.CreateSubdirectory("models").FullName;
        ModelFolders.WriteTo(models, ModelFolders.Goldfish);
        var file = Path.Combine(_folder.FullName, "access.json");
        File.WriteAllText(file, $$"""
            {"keys": [
              {"name": "all", "sha256": "{{Hash(All)}}"},
              {"name": "one", "sha256": "{{Hash(One)}}", "models": ["{{ModelFolders.Cropped}}"]},
              {"name": "later", "sha256": "{{Hash(Later)}}", "models": ["later"]}
            ]}
            """);
        _server = new RunningServer(options => options with { Models = models, Access = file, ModelControl = ModelControl.Explicit });
    }


    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Every call that names a model.</summary>
    private static readonly Dictionary<string, Func<RunningServer, string, Task>> MadeCalls = new()
    {
        ["Classify"] = (server, model) => server.Classification.ClassifyAsync(new ClassifyRequest { Model = model, Image = Photos.CatImage }, AsOne).ResponseAsync,
        ["Explain"] = (server, model) => FirstAsync(server.Classification.Explain(new ClassificationServiceExplainRequest { Model = model }, AsOne).ResponseStream),
        ["Caption"] = (server, model) => server.Captioning.CaptionAsync(new CaptionRequest { Model = model }, AsOne).ResponseAsync,
        ["ExplainCaption"] = (server, model) => FirstAsync(server.Captioning.Explain(new CaptioningServiceExplainRequest { Model = model }, AsOne).ResponseStream),
        ["Answer"] = (server, model) => server.Vqa.AnswerAsync(new AnswerRequest { Model = model }, AsOne).ResponseAsync,
        ["ExplainAnswer"] = (server, model) => FirstAsync(server.Vqa.Explain(new VqaServiceExplainRequest { Model = model }, AsOne).ResponseStream),
        ["MultiTask"] = (server, model) => FirstAsync(server.MultiTask.Explain(new MultiTaskServiceExplainRequest { Model = model }, AsOne).ResponseStream),
        ["CompareClasses"] = (server, model) => server.Comparison.CompareClassesAsync(new CompareClassesRequest { Model = model }, AsOne).ResponseAsync,
        ["CompareModels"] = (server, model) => server.Comparison.CompareModelsAsync(
            new CompareModelsRequest { Models = { new ModelChoice { Model = ModelFolders.Cropped }, new ModelChoice { Model = model } } }, AsOne).ResponseAsync,
        ["Perturb"] = (server, model) => server.Comparison.PerturbAsync(new PerturbRequest { Model = model }, AsOne).ResponseAsync,
        ["Evaluate"] = (server, model) => FirstAsync(server.Evidence.Evaluate(new EvaluateRequest { Model = model }, AsOne).ResponseStream),
        ["CheckSanity"] = (server, model) => FirstAsync(server.Evidence.CheckSanity(new CheckSanityRequest { Model = model }, AsOne).ResponseStream),
        ["GetModel"] = (server, model) => server.Models.GetModelAsync(new GetModelRequest { Name = model }, AsOne).ResponseAsync,
        ["LoadModel"] = (server, model) => server.Models.LoadModelAsync(new LoadModelRequest { Name = model }, AsOne).ResponseAsync,
        ["UnloadModel"] = (server, model) => server.Models.UnloadModelAsync(new UnloadModelRequest { Name = model }, AsOne).ResponseAsync,
    };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Whether there is such a model is not told either.</summary>
    [Fact]
    public async Task Calls_OfAllKinds_AreDeniedByTheModelsName()
    {
        foreach (var (call, made) in MadeCalls)
        {
            foreach (var model in new[] { ModelFolders.Whole, "nowhere" })
            {
                var fault = await Assert.ThrowsAsync<RpcException>(() => made(_server, model));
                Assert.Equal((call, StatusCode.PermissionDenied, $"key one may not use the model '{model}'"), (call, fault.StatusCode, fault.Status.Detail));
            }
        }
        Assert.Equal(2, (await _server.Models.ListModelsAsync(new ListModelsRequest(), Key(All), cancellationToken: Cancellation)).Models.Count);
    }

    [Fact]
    public async Task Stream_OnePhotoForAnotherModel_IsDeniedAndTheRestIsNot()
    {
        using var call = _server.Classification.ExplainStream(AsOne, cancellationToken: Cancellation);
        foreach (var model in new[] { ModelFolders.Whole, ModelFolders.Cropped })
        {
            var request = new ClassificationServiceExplainRequest { Model = model, Image = Photos.CatImage, Outputs = { new MapOutput { Peak = new PeakOutput() } } };
            await call.RequestStream.WriteAsync(
                new ClassificationServiceExplainStreamRequest { Item = new ExplainItem { Id = model, Request = request } }, Cancellation);
        }
        await call.RequestStream.CompleteAsync();

        var ends = await call.ResponseStream.ReadAllAsync(Cancellation).Where(response => response.End is not null).ToDictionaryAsync(
            response => response.Id, response => (StatusCode)response.End.Code, cancellationToken: Cancellation);

        Assert.Equal((StatusCode.PermissionDenied, StatusCode.OK), (ends[ModelFolders.Whole], ends[ModelFolders.Cropped]));
    }

    [Fact]
    public async Task Video_OfAnotherModel_IsDenied()
    {
        using var call = _server.Video.Explain(AsOne, cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Settings = new VideoSettings { Model = ModelFolders.Whole } }, Cancellation);

        await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Frame = new VideoFrame { Timestamp = new Duration(), Image = Photos.CatImage } }, Cancellation);
        await call.RequestStream.CompleteAsync();

        var answers = await call.ResponseStream.ReadAllAsync(Cancellation).ToArrayAsync(Cancellation);

        Assert.Equal(StatusCode.PermissionDenied, (StatusCode)answers[0].SettingsStatus.Code);
        Assert.Null(Assert.Single(answers[1..]).Frame.Explained);
    }

    [Fact]
    public async Task Json_OfAnotherModel_IsForbidden()
    {
        using var http = new HttpClient { BaseAddress = _server.HttpAddress };
        http.DefaultRequestHeaders.Add("x-api-key", One);

        using var classified = await http.PostAsJsonAsync("/v1/images:classify", new { model = ModelFolders.Whole }, Cancellation);
        using var got = await http.GetAsync($"/v1/models/{ModelFolders.Whole}", Cancellation);
        using var own = await http.GetAsync($"/v1/models/{ModelFolders.Cropped}", Cancellation);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK), (classified.StatusCode, got.StatusCode, own.StatusCode));
    }

    /// <summary>Of the two models there is for this caller only one, which need not be named.</summary>
    [Fact]
    public async Task Classify_NoModelIsNamed_IsByTheOneThatTheCallerMayUse()
    {
        var request = new ClassifyRequest { Image = Photos.CatImage };

        var answer = await _server.Classification.ClassifyAsync(request, AsOne, cancellationToken: Cancellation);
        var ambiguous = await Assert.ThrowsAsync<RpcException>(() => _server.Classification.ClassifyAsync(request, Key(All), cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(ModelFolders.Cropped, answer.Prediction.Model);
        Assert.Equal(StatusCode.InvalidArgument, ambiguous.StatusCode);
    }

    [Theory]
    [InlineData(All, new[] { ModelFolders.Cropped, ModelFolders.Whole })]
    [InlineData(One, new[] { ModelFolders.Cropped })]
    [InlineData(Later, new string[0])]
    public async Task ListModels_AnyCaller_ShowsWhatTheyMayUse(string key, string[] names)
    {
        var listed = await _server.Models.ListModelsAsync(new ListModelsRequest(), Key(key), cancellationToken: Cancellation);

        Assert.Equal(names, listed.Models.Select(model => model.Name));
    }

    [Theory]
    [InlineData(One, "../embedded_2", StatusCode.InvalidArgument)]
    [InlineData(Later, "", StatusCode.NotFound)]
    [InlineData(Later, "later", StatusCode.NotFound)]
    public async Task GetModel_ThereIsNone_NamesNoModelOfOthers(string key, string name, StatusCode status)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => _server.Models.GetModelAsync(new GetModelRequest { Name = name }, Key(key), cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(status, fault.StatusCode);
        Assert.EndsWith(key == One ? $"served: {ModelFolders.Cropped}" : "served: none", fault.Status.Detail, StringComparison.Ordinal);
    }

    private static Metadata Key(string key) => new() { { "x-api-key", key } };

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static async Task FirstAsync<T>(IAsyncStreamReader<T> answers) => Assert.True(await answers.MoveNext(Cancellation));
}
