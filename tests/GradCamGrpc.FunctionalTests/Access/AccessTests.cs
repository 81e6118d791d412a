using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Hosting;
using GradCamGrpc.Server.Options;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;

namespace GradCamGrpc.FunctionalTests.Access;

public sealed class AccessTests(GuardedServer guarded) : IClassFixture<GuardedServer>
{
    private static readonly ListModelsRequest Models = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RunningServer Server => guarded.Server;

    [Fact]
    public async Task Call_WithAKnownKey_IsAnswered() =>
        Assert.NotEmpty((await Server.Models.ListModelsAsync(Models, Key(GuardedServer.Free), cancellationToken: Cancellation)).Models);

    [Theory]
    [InlineData(null, "x-api-key")]
    [InlineData("guessed", "not known")]
    public async Task Call_WithoutAKeyOrWithAnother_IsUnauthenticated(string? key, string because)
    {
        var fault = await FaultAsync(Server.Models.ListModelsAsync(Models, Key(key), cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal((StatusCode.Unauthenticated, "UNAUTHENTICATED"), (fault.StatusCode, fault.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
        Assert.Contains(because, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithATokenOfNobody_IsUnauthenticated()
    {
        var headers = new Metadata { { "authorization", "Bearer e30.e30.e30" } };

        var fault = await FaultAsync(Server.Models.ListModelsAsync(Models, headers, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, fault.StatusCode);
    }

    [Fact]
    public async Task Call_KeyWithoutTheRight_IsDeniedAndTheRestIsNot()
    {
        var fault = await FaultAsync(Server.Models.ListModelsAsync(Models, Key(GuardedServer.Narrow), cancellationToken: Cancellation).ResponseAsync);
        var answer = await Server.Classification.ClassifyAsync(
            new ClassifyRequest { Image = Photos.CatImage }, Key(GuardedServer.Narrow), cancellationToken: Cancellation);

        Assert.Equal(StatusCode.PermissionDenied, fault.StatusCode);
        Assert.Contains("key narrow may not call gradcam.v1.ModelService/ListModels", fault.Status.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Prediction.Classes);
    }

    [Fact]
    public async Task Call_MoreOftenThanTheQuota_IsToldWhenToTryAgain()
    {
        await Server.Models.ListModelsAsync(Models, Key(GuardedServer.Bounded), cancellationToken: Cancellation);

        var fault = await FaultAsync(Server.Models.ListModelsAsync(Models, Key(GuardedServer.Bounded), cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_QUOTA"), (fault.StatusCode, fault.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
        Assert.InRange(fault.GetRpcStatus()!.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task Call_AsManyAsMayAreOpen_IsRefusedUntilOneEnds()
    {
        using (var open = Server.Classification.ExplainStream(Key(GuardedServer.OneAtATime), cancellationToken: Cancellation))
        {
            await AskAsync(open, "0");
            var fault = await FaultAsync(Server.Models.ListModelsAsync(Models, Key(GuardedServer.OneAtATime), cancellationToken: Cancellation).ResponseAsync);
            await open.RequestStream.CompleteAsync();
            Assert.False(await open.ResponseStream.MoveNext(Cancellation));

            Assert.Equal((StatusCode.ResourceExhausted, "CONCURRENCY_QUOTA"), (fault.StatusCode, fault.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
            Assert.NotNull(fault.GetRpcStatus()!.GetDetail<RetryInfo>());
        }
        await UntilAsync(() => Server.Models.ListModelsAsync(Models, Key(GuardedServer.OneAtATime), cancellationToken: Cancellation).ResponseAsync);
    }

    [Fact]
    public async Task Call_IsCancelled_CountsNoMore()
    {
        using (var open = Server.Classification.ExplainStream(Key(GuardedServer.Cancels), cancellationToken: Cancellation))
            await AskAsync(open, "0");

        await UntilAsync(() => Server.Models.ListModelsAsync(Models, Key(GuardedServer.Cancels), cancellationToken: Cancellation).ResponseAsync);
    }

    /// <summary>One is paid for by the call; the next three come half a second apart.</summary>
    [Fact]
    public async Task Stream_MoreMessagesThanTheQuota_IsReadAtTheQuotasPace()
    {
        using var call = Server.Classification.ExplainStream(Key(GuardedServer.Slow), cancellationToken: Cancellation);
        var clock = Stopwatch.StartNew();

        for (var i = 0; i < 4; i++)
            await AskAsync(call, $"{i}");

        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(1.4), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, "UNAUTHENTICATED")]
    [InlineData(GuardedServer.Narrow, HttpStatusCode.Forbidden, "PERMISSION_DENIED")]
    public async Task Json_NotLetIn_HasTheStatus(string? key, HttpStatusCode status, string name)
    {
        using var response = await GetAsync("/v1/models", key);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(name, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["error"]!["status"]!);
    }

    [Fact]
    public async Task Json_WithAKey_IsAnswered()
    {
        using var response = await GetAsync("/v1/models", GuardedServer.Free);

        Assert.NotEmpty(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["models"]!.AsArray());
    }

    /// <summary>A large body of somebody unknown is not waited for.</summary>
    [Fact]
    public async Task Json_LargeBodyWithoutAKey_IsRefusedBeforeItIsRead()
    {
        using var http = new HttpClient();
        using var body = new StringContent(new string(' ', 1 << 20), Encoding.UTF8, "application/json");

        using var response = await http.PostAsync(new Uri(Server.HttpAddress, "/v1/images:classify"), body, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task HealthAndThePage_WithoutAKey_AreThere()
    {
        var health = await new Health.HealthClient(Server.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        using var page = await GetAsync("/", key: null);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Reflection_WithoutAKey_IsUnauthenticated()
    {
        using var call = new ServerReflection.ServerReflectionClient(Server.Channel).ServerReflectionInfo(cancellationToken: Cancellation);

        var fault = await FaultAsync(call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(StatusCode.Unauthenticated, fault.StatusCode);
    }

    [Theory]
    [InlineData(GuardedServer.Free, 0, "embedded")]
    [InlineData("guessed", 1, "the key (x-api-key) is not known")]
    public async Task CommandLine_KeyIsInTheEnvironment_IsShown(string key, int status, string said)
    {
        using var run = ProgramRun.CommandLine(["models", "--server", Server.Address.Authority], ("GRADCAM_API_KEY", key));

        Assert.Equal(status, await run.EndAsync());
        Assert.Contains(said, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_FileWithFaults_NamesTheOptionTheFileAndEachFault()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"keys": [{"name": "a", "sha256": "1"}, {"name": "a", "sha256": "2"}]}""");

        var invalid = Assert.Throws<InvalidOptionsException>(() => GradCamServer.Build(ServerOptions.Default with { Access = file }));

        Assert.Equal(3, invalid.Faults.Count);
        Assert.All(invalid.Faults, fault => Assert.StartsWith($"--access: '{file}': keys[", fault, StringComparison.Ordinal));
        File.Delete(file);
    }

    private static Metadata? Key(string? key) => key is null ? null : new Metadata { { "x-api-key", key } };

    private static Task<RpcException> FaultAsync(Task call) => Assert.ThrowsAsync<RpcException>(() => call);

    /// <summary>The server notices the end of a call a moment after its client.</summary>
    private static async Task UntilAsync(Func<Task> call)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.ResourceExhausted && patience.Elapsed < TimeSpan.FromSeconds(10))
            {
            }
        }
    }

    private static async Task AskAsync(
        AsyncDuplexStreamingCall<ClassificationServiceExplainStreamRequest, ClassificationServiceExplainStreamResponse> call, string id)
    {
        var item = new ExplainItem { Id = id, Request = new ClassificationServiceExplainRequest { Image = Photos.CatImage } };
        item.Request.Outputs.Add(new MapOutput { Peak = new PeakOutput() });
        await call.RequestStream.WriteAsync(new ClassificationServiceExplainStreamRequest { Item = item }, Cancellation);
        do
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        while (call.ResponseStream.Current.EventCase != ClassificationServiceExplainStreamResponse.EventOneofCase.End);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? key)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.HttpAddress, path));
        if (key is not null)
            request.Headers.Add("x-api-key", key);
        return await http.SendAsync(request, Cancellation);
    }
}
