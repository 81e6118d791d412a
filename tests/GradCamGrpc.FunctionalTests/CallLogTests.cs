using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The line that each call leaves.</summary>
public sealed class CallLogTests : IAsyncLifetime
{
    private const string Key = "a long random key";
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly string _file = Path.GetTempFileName();
    private readonly LogLines _log = new();
    private readonly RunningServer _server;

    public CallLogTests()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        File.WriteAllText(_file, $$"""{"keys": [{"name": "shop", "sha256": "{{hash}}", "services": ["gradcam.v1.ClassificationService"]}]}""");
        _server = new RunningServer(options => options with { Access = _file, LogsCalls = true }, _log);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ClassificationServiceExplainRequest Request => new() { Image = Photos.CatImage, Outputs = { new MapOutput { Peak = new PeakOutput() } } };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public async Task Call_IsAnswered_SaysWhoWhatHowLongAndHowMuch()
    {
        using var call = _server.Classification.Explain(Request, Headers(Key), cancellationToken: Cancellation);
        var sent = await call.ResponseStream.ReadAllAsync(Cancellation).Select(response => response.CalculateSize()).SumAsync(Cancellation);

        var line = await LineAsync();

        Assert.Matches(
            $@"^Call by key shop from 127\.0\.0\.1: gradcam\.v1\.ClassificationService/Explain, model embedded, OK after \d+\.\d{{3}} s, {Request.CalculateSize()} bytes in, {sent} bytes out, trace {Trace}$",
            line);
    }

    [Fact]
    public async Task Stream_OfSeveralPhotos_AddsUp()
    {
        var message = new ClassificationServiceExplainStreamRequest { Item = new ExplainItem { Request = Request } };
        using var call = _server.Classification.ExplainStream(Headers(Key), cancellationToken: Cancellation);
        foreach (var id in new[] { "a", "b" })
        {
            message.Item.Id = id;
            await call.RequestStream.WriteAsync(message, Cancellation);
        }
        await call.RequestStream.CompleteAsync();
        var sent = await call.ResponseStream.ReadAllAsync(Cancellation).Select(response => response.CalculateSize()).SumAsync(Cancellation);

        var line = await LineAsync();

        Assert.Contains("ClassificationService/ExplainStream, model embedded, OK after ", line, StringComparison.Ordinal);
        Assert.Contains($" {2 * message.CalculateSize()} bytes in, {sent} bytes out", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a guessed key", "-", "UNAUTHENTICATED")]
    [InlineData(Key, "key shop", "PERMISSION_DENIED")]
    public async Task Call_IsRefused_SaysSoWithoutTheKey(string key, string caller, string status)
    {
        await Assert.ThrowsAsync<RpcException>(() => _server.Models.ListModelsAsync(new ListModelsRequest(), Headers(key), cancellationToken: Cancellation).ResponseAsync);

        var line = await LineAsync();

        Assert.StartsWith($"Call by {caller} from 127.0.0.1: gradcam.v1.ModelService/ListModels, model -, {status} after ", line, StringComparison.Ordinal);
        Assert.EndsWith($", 0 bytes in, 0 bytes out, trace {Trace}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(key, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_AnsweredAndRefused_IsLoggedToo()
    {
        using var http = new HttpClient { BaseAddress = _server.HttpAddress };
        http.DefaultRequestHeaders.Add("x-api-key", Key);

        using var answered = await http.PostAsJsonAsync("/v1/images:classify", new { image = new { encoded = Photos.CatImage.Encoded.ToBase64() } }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Contains("ClassificationService/Classify, model embedded, OK after ", await LineAsync(), StringComparison.Ordinal);

        using var refused = await http.PostAsJsonAsync("/v1/images:classify", new { }, Cancellation);
        Assert.Contains("ClassificationService/Classify, model embedded, INVALID_ARGUMENT after ", await LineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_IsAsked_IsNoCall()
    {
        await new Health.HealthClient(_server.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        await _server.Classification.ClassifyAsync(new ClassifyRequest { Image = Photos.CatImage }, Headers(Key), cancellationToken: Cancellation);

        Assert.Contains("Classify", await LineAsync(), StringComparison.Ordinal);
    }

    private static Metadata Headers(string key) => new() { { "x-api-key", key }, { "traceparent", $"00-{Trace}-00f067aa0ba902b7-01" } };

    private async Task<string> LineAsync() => (await _log.LineAsync("Call by")).Text;
}
