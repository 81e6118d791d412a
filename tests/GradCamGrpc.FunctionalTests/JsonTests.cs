using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;

namespace GradCamGrpc.FunctionalTests;

/// <summary>The calls as JSON over HTTP/1.1.</summary>
public sealed class JsonTests(RunningServer server) : IDisposable
{
    private static readonly IReadOnlyList<ServiceDescriptor> Services =
    [
        Protos.V1.CaptioningService.Descriptor, Protos.V1.ClassificationService.Descriptor, Protos.V1.ComparisonService.Descriptor,
        Protos.V1.EvidenceService.Descriptor, Protos.V1.ModelService.Descriptor, Protos.V1.MultiTaskService.Descriptor, Protos.V1.VqaService.Descriptor,
    ];

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
    public async Task OpenApi_Document_HasTheFirstPathOfEveryCallThatHasOne()
    {
        var document = JsonNode.Parse(await _http.GetStringAsync("/openapi.json", Cancellation))!;

        var paths = Services.SelectMany(service => service.Methods)
            .Select(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http))
            .OfType<HttpRule>()
            .Select(rule => rule.PatternCase is HttpRule.PatternOneofCase.Get ? rule.Get : rule.Post)
            .ToArray();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.NotNull(document["paths"]![path]));
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
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        var messages = await LinesAsync(response);
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
        Assert.Equal((400, "INVALID_ARGUMENT"), ((int)status["code"]!, (string)status["status"]!));
        Assert.Contains("prediction_top_k", (string)status["message"]!, StringComparison.Ordinal);
        Assert.Equal(("INVALID_REQUEST", "gradcam"), ((string)Detail(status, "ErrorInfo")["reason"]!, (string)Detail(status, "ErrorInfo")["domain"]!));
        Assert.Equal(["prediction_top_k", "layers[1]"], Fields(status));
    }

    [Fact]
    public async Task Classify_UnknownModel_IsNotFoundAndNamesTheField()
    {
        using var response = await PostAsync("/v1/models/nobody:classify", new JsonObject { ["image"] = Cat });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal((404, "NOT_FOUND"), ((int)status["code"]!, (string)status["status"]!));
        Assert.Equal("model", (string)Detail(status, "BadRequest")["fieldViolations"]![0]!["field"]!);
    }

    [Fact]
    public async Task Explain_FieldsAreMisspelt_IsInvalidAndNamesThem()
    {
        using var response = await PostAsync("/v1/images:explain?topK=1", new JsonObject
        {
            ["image"] = Cat,
            ["target"] = new JsonArray(new JsonObject { ["label"] = "tabby" }),
            ["methods"] = new JsonArray(new JsonObject { ["scoreCam"] = new JsonObject { ["steps"] = 3 } }),
        });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal("INVALID_REQUEST", (string)Detail(status, "ErrorInfo")["reason"]!);
        Assert.Equal(["topK", "target", "methods[0].score_cam.steps"], Fields(status));
    }

    [Theory]
    [InlineData("/v1/models?pageSiz=1", "pageSiz")]
    [InlineData("/v1/models?pageSize=many", "page_size")]
    [InlineData("/v1/models?page_size=1&page_size=2", "page_size")]
    [InlineData("/v1/models/embedded?full=true", "full")]
    public async Task Models_QueryIsWrong_IsInvalidAndNamesTheField(string path, string field)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([field], Fields(await StatusAsync(response)));
    }

    [Theory]
    [InlineData("/v1/models?pageSize=1")]
    [InlineData("/v1/models?page_size=1&pageToken=")]
    public async Task Models_QueryIsRight_IsRead(string path) => Assert.Single((await GetAsync(path))["models"]!.AsArray());

    /// <summary>Its 64 bits are more than a number of JavaScript holds.</summary>
    [Fact]
    public async Task Explain_LargeSeed_ComesBackAsAText()
    {
        using var response = await PostAsync("/v1/images:explain", new JsonObject
        {
            ["image"] = Cat,
            ["methods"] = new JsonArray(new JsonObject { ["smoothGrad"] = new JsonObject { ["sampleCount"] = 1, ["seed"] = "18446744073709551615" } }),
        });

        var map = (await LinesAsync(response))[1]["map"]!;
        Assert.Equal("18446744073709551615", (string)map["provenance"]!["method"]!["smoothGrad"]!["seed"]!);
    }

    /// <summary>On a server that nobody else asks: a busy one refuses whom it cannot answer in time.</summary>
    [Fact]
    public async Task Explain_FailsBeforeItsFirstMessage_IsAnErrorWithItsHttpStatus()
    {
        await using var idle = new RunningServer(options => options);
        await idle.InitializeAsync();
        using var http = new HttpClient { BaseAddress = idle.HttpAddress };

        using var response = await PostAsync("/v1/images:explain", new JsonObject { ["image"] = Cat }, "grpc-timeout", "1u", http);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("DEADLINE_EXCEEDED", (string)(await StatusAsync(response))["status"]!);
    }

    /// <summary>The prediction is there at once; the map would take a hundred seconds.</summary>
    [Fact]
    public async Task Explain_DeadlinePassesOnTheWay_EndsWithALineThatHasAnError()
    {
        var slow = new JsonObject { ["integratedGradients"] = new JsonObject { ["stepCount"] = 1000 } };
        using var response = await PostAsync(
            "/v1/images:explain",
            new JsonObject { ["image"] = Cat, ["targets"] = new JsonArray(new JsonObject { ["topK"] = 10 }), ["methods"] = new JsonArray(slow) },
            "grpc-timeout",
            "4S");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = await LinesAsync(response);
        Assert.Equal(2, lines.Length);
        Assert.Equal(10, (int)lines[0]["mapCount"]!);
        Assert.Equal(["error"], lines[1].AsObject().Select(field => field.Key));
        Assert.Equal((504, "DEADLINE_EXCEEDED"), ((int)lines[1]["error"]!["code"]!, (string)lines[1]["error"]!["status"]!));
    }

    [Theory]
    [InlineData("grpc-timeout", "soon")]
    [InlineData("grpc-timeout", "5")]
    [InlineData("grpc-timeout", "-5S")]
    [InlineData("grpc-timeout", "123456789S")]
    [InlineData("x-priority", "urgent")]
    public async Task Classify_HeaderIsWrong_IsInvalidAndNamesIt(string header, string value)
    {
        using var response = await PostAsync("/v1/images:classify", new JsonObject { ["image"] = Cat }, header, value);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([header], Fields(await StatusAsync(response)));
    }

    [Theory]
    [InlineData("grpc-timeout", "1M")]
    [InlineData("grpc-timeout", "99999999H")]
    [InlineData("x-priority", "low")]
    [InlineData("x-api-key", "anybody")]
    public async Task Classify_HeaderIsRight_IsAnswered(string header, string value)
    {
        using var response = await PostAsync("/v1/images:classify", new JsonObject { ["image"] = Cat }, header, value);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Explain_NoRoom_IsRefusedWithTheTimeToTryAgain()
    {
        await using var small = new RunningServer(options => options with { Images = options.Images with { MaxPixelsInFlight = 1_000_000 } });
        await small.InitializeAsync();
        using var http = new HttpClient { BaseAddress = small.HttpAddress };
        var large = new JsonObject { ["image"] = new JsonObject { ["encoded"] = Convert.ToBase64String(Photos.Grey(2000, 1000)) } }.ToJsonString();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            http.PostAsync(new Uri("/v1/images:explain", UriKind.Relative), new StringContent(large, System.Text.Encoding.UTF8, "application/json"), Cancellation)));

        var refused = responses.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, response => Assert.True(response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1), response.Headers.ToString()));
        Assert.Equal("PIXEL_BUDGET_SPENT", (string)Detail(await StatusAsync(refused[0]), "ErrorInfo")["reason"]!);
    }

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("text/plain")]
    public async Task Classify_ContentTypeIsNotRead_IsInvalidAndSaysSo(string contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("content-type", contentType);

        using var response = await _http.PostAsync(new Uri("/v1/images:classify", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(contentType, (string)(await StatusAsync(response))["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_Paths_TellAliveFromReady()
    {
        await using var starting = new RunningServer(options => options);
        await starting.StartAsync();
        using var http = new HttpClient { BaseAddress = starting.HttpAddress };

        using var alive = await http.GetAsync(new Uri("/livez", UriKind.Relative), Cancellation);
        using var early = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation);
        await starting.WhenReady;
        using var ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (alive.StatusCode, early.StatusCode, ready.StatusCode));
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
        // 16 MiB in Base64, and 1 MiB beside it, are allowed. It is much more than what sockets hold, so it is all read before the answer is seen.
        var body = new byte[72 << 20];
        body.AsSpan().Fill((byte)' ');
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images:classify") { Content = content };
        request.Headers.TransferEncodingChunked = !saysItsLength;

        using var response = await _http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var status = await StatusAsync(response);
        Assert.Equal((413, "RESOURCE_EXHAUSTED"), ((int)status["code"]!, (string)status["status"]!));
        Assert.Contains("23418200", (string)status["message"]!, StringComparison.Ordinal);
        Assert.Equal("MESSAGE_TOO_LARGE", (string)Detail(status, "ErrorInfo")["reason"]!);
    }

    /// <summary>Patience ends: the connection is closed, whether or not its client gets to the answer.</summary>
    [Fact]
    public async Task Classify_BodyHasNoEnd_IsNotReadOn()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.HttpAddress.Host, server.HttpAddress.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(
            "POST /v1/images:classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), Cancellation);
        byte[] chunk = [.. "100000\r\n"u8, .. Enumerable.Repeat((byte)' ', 1 << 20), .. "\r\n"u8];
        var sent = 0;

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (; sent < 1000; sent++)
                await stream.WriteAsync(chunk, Cancellation);
        });

        // The limit is 22.3 MiB, and four times that is read.
        Assert.InRange(sent, 85, 200);
    }

    /// <summary>That is the client's fault: no 500, and no error in the log.</summary>
    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("FFFFFFFFFFFFFFFF\r\n")]
    [InlineData("5\r\n{\"ima?")]
    public async Task Classify_ChunksAreBroken_IsInvalidAndSaysSo(string chunks)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.HttpAddress.Host, server.HttpAddress.Port, Cancellation);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /v1/images:classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}ZZZZ\r\n"),
            Cancellation);

        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(Cancellation);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("the body cannot be read", answer, StringComparison.Ordinal);
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
    [InlineData("GET", "/v1/images:classify", "; close to it: POST /v1/images:classify")]
    [InlineData("POST", "/v1/images:explains", "; close to it: POST /v1/images:explain;")]
    [InlineData("POST", "/paint", "")]
    [InlineData("GET", "/metrics", "")]
    public async Task Http_NoSuchCall_IsAStatusThatSaysSo(string method, string path, string hint)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains($"{method} {path}{hint}", (string)(await StatusAsync(response))["message"]!, StringComparison.Ordinal);
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

    private static IEnumerable<string> Fields(JsonNode status) =>
        Detail(status, "BadRequest")["fieldViolations"]!.AsArray().Select(violation => (string)violation!["field"]!);

    private static async Task<JsonNode> StatusAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject();
        Assert.Equal(["error"], body.Select(field => field.Key));
        Assert.Equal((int)response.StatusCode, (int)body["error"]!["code"]!);
        return body["error"]!;
    }

    private static async Task<JsonNode[]> LinesAsync(HttpResponseMessage response) =>
        [.. (await response.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private async Task<JsonNode> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>(path, Cancellation))!;

    private Task<HttpResponseMessage> PostAsync(string path, JsonObject body) => _http.PostAsJsonAsync(path, body, Cancellation);

    private async Task<HttpResponseMessage> PostAsync(string path, JsonObject body, string header, string value, HttpClient? other = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add(header, value);
        return await (other ?? _http).SendAsync(request, Cancellation);
    }

    private async Task<JsonNode> CallAsync(string path, JsonObject body)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
