using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The calls as JSON over HTTP/1.1.</summary>
public sealed class JsonTests(RunningServer server) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server.HttpAddress };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static JsonObject Cat => new() { ["encoded"] = Convert.ToBase64String(Photos.Cat) };

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/v1/images:classify")]
    [InlineData("/v1/models/embedded:classify")]
    public async Task Classify_Photo_HasTheClassesThatGrpcHas(string path)
    {
        var expected = await server.Classification.ClassifyAsync(
            new Protos.V1.ClassifyRequest { Image = Photos.CatImage, TopK = 2 }, cancellationToken: Cancellation);

        var answer = await CallAsync(path, new JsonObject { ["image"] = Cat, ["topK"] = 2 });

        var classes = answer["prediction"]!["classes"]!.AsArray();
        Assert.Equal(expected.Prediction.Classes.Select(score => score.Label), classes.Select(score => (string)score!["label"]!));
        Assert.Equal(expected.Prediction.Classes[0].Probability, (double)classes[0]!["probability"]!, 1e-5);
        Assert.Equal(451, (int)answer["prediction"]!["imageSize"]!["width"]!);
    }

    [Fact]
    public async Task Explain_TwoClasses_IsALineForThePredictionAndOneForEachMap()
    {
        var expected = (await server.ExplainAsync(new Protos.V1.ClassificationServiceExplainRequest
        {
            Image = Photos.CatImage,
            Targets = { new Protos.V1.ClassTarget { TopK = 2 } },
        })).Maps;

        using var response = await PostAsync("/v1/images:explain", new JsonObject
        {
            ["image"] = Cat,
            ["targets"] = new JsonArray(new JsonObject { ["topK"] = 2 }),
        });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = (await response.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var messages = lines.Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(3, messages.Length);
        Assert.Equal(2, (int)messages[0]["mapCount"]!);
        for (var i = 0; i < 2; i++)
        {
            var map = messages[i + 1]["map"]!;
            Assert.Equal(expected[i].Provenance.Score.ExplainedClass.Label, (string)map["provenance"]!["score"]!["explainedClass"]!["label"]!);
            var values = Convert.FromBase64String((string)map["outputs"]![0]!["raw"]!["data"]!);
            Assert.Equal(expected[i].Outputs[0].Raw.Data.Length, values.Length);
        }
    }

    [Fact]
    public async Task Explain_SeveralFieldsAreWrong_IsAStatusThatNamesThem()
    {
        using var response = await PostAsync("/v1/models/embedded:explain", new JsonObject
        {
            ["image"] = Cat,
            ["predictionTopK"] = 0,
            ["layers"] = new JsonArray("bn2", "bn2"),
        });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal(3, (int)status["code"]!);
        Assert.Contains("prediction_top_k", (string)status["message"]!, StringComparison.Ordinal);
        Assert.Equal(("INVALID_REQUEST", "gradcam"), ((string)Detail(status, "ErrorInfo")["reason"]!, (string)Detail(status, "ErrorInfo")["domain"]!));
        var fields = Detail(status, "BadRequest")["fieldViolations"]!.AsArray().Select(violation => (string)violation!["field"]!);
        Assert.Equal(["prediction_top_k", "layers[1]"], fields);
    }

    [Fact]
    public async Task Classify_UnknownModel_IsNotFoundAndNamesTheField()
    {
        using var response = await PostAsync("/v1/models/nobody:classify", new JsonObject { ["image"] = Cat });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal(5, (int)status["code"]!);
        Assert.Equal("model", (string)Detail(status, "BadRequest")["fieldViolations"]![0]!["field"]!);
    }

    [Fact]
    public async Task Classify_BodyIsNoJson_IsInvalidAndSaysSo()
    {
        using var content = new StringContent("a cat", System.Text.Encoding.UTF8, "application/json");

        using var response = await _http.PostAsync(new Uri("/v1/images:classify", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("JSON", (string)(await StatusAsync(response))["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_BodyIsAForm_IsInvalidAndSaysSo()
    {
        using var content = new FormUrlEncodedContent([new("image", "cat")]);

        using var response = await _http.PostAsync(new Uri("/v1/images:classify", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("content type", (string)(await StatusAsync(response))["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Classify_BodyIsTooLarge_IsRefusedAndSaysHowLargeItMayBe(bool saysItsLength)
    {
        // 16 MiB in Base64, and 1 MiB beside it.
        var body = new byte[24 << 20];
        body.AsSpan().Fill((byte)' ');
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images:classify") { Content = content };
        request.Headers.TransferEncodingChunked = !saysItsLength;

        using var response = await _http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal(8, (int)status["code"]!);
        Assert.Contains("23418200", (string)status["message"]!, StringComparison.Ordinal);
        Assert.Equal("MESSAGE_TOO_LARGE", (string)Detail(status, "ErrorInfo")["reason"]!);
    }

    [Fact]
    public async Task Models_ListAndGet_AreInBriefAndInFull()
    {
        var listed = await GetAsync("/v1/models");
        var full = await GetAsync("/v1/models/embedded");

        Assert.Equal("embedded", (string)Assert.Single(listed["models"]!.AsArray())!["name"]!);
        Assert.Equal("MODEL_TASK_CLASSIFICATION", (string)full["model"]!["tasks"]![0]!);
        Assert.Equal(1000, full["model"]!["labels"]!.AsArray().Count);
    }

    [Fact]
    public async Task Answer_Question_HasAnswersAndMaps()
    {
        var request = new JsonObject { ["image"] = Cat, ["questions"] = new JsonArray("what color is the cat?") };
        var answer = await CallAsync("/v1/images:answer", request);

        Assert.NotEqual("", (string)answer["prediction"]!["questions"]![0]!["answers"]![0]!["text"]!);
    }

    [Theory]
    [InlineData("GET", "/v1/images:classify")]
    [InlineData("POST", "/v1/images:paint")]
    [InlineData("GET", "/metrics")]
    public async Task Http_NoSuchCall_IsAStatusThatSaysSo(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains($"{method} {path}", (string)(await StatusAsync(response))["message"]!, StringComparison.Ordinal);
    }

    /// <summary>Metrics may be open to others than calls are.</summary>
    [Fact]
    public async Task MetricsListener_JsonCall_IsNotFound()
    {
        using var response = await _http.GetAsync(new Uri(server.MetricsAddress, "/v1/models"), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task GrpcListener_JsonCall_IsNotFound()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/v1/models"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await _http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static JsonNode Detail(JsonNode status, string type) =>
        Assert.Single(status["details"]!.AsArray(), detail => (string)detail!["@type"]! == $"type.googleapis.com/google.rpc.{type}")!;

    private static async Task<JsonNode> StatusAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
    }

    private async Task<JsonNode> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>(path, Cancellation))!;

    private Task<HttpResponseMessage> PostAsync(string path, JsonObject body) => _http.PostAsJsonAsync(path, body, Cancellation);

    private async Task<JsonNode> CallAsync(string path, JsonObject body)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
