using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PhotoRequest = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamRequest;
using PhotoResponse = GradCamGrpc.Protos.V1.ClassificationServiceExplainStreamResponse;

namespace GradCamGrpc.FunctionalTests;

/// <summary>How a server ends. Its clock stands still: what only the drain's timeout would end never ends.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    /// <summary>Until when a server has surely stopped that stops at all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(30);

    private readonly LogLines _log = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly RunningServer _server;

    public DrainTests() => _server = new RunningServer(options => options with { DrainTimeout = DrainTimeout }, _log, _clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData(AnswerOrder.AsReady)]
    [InlineData(AnswerOrder.AsSent)]
    public async Task ExplainStream_ServerStopsWhileAClientGoesOnSending_AllThatIsAcceptedIsAnsweredAndTheStreamEndsUnavailable(AnswerOrder order)
    {
        using var call = _server.Classification.ExplainStream(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(
            new PhotoRequest { Settings = new ExplainStreamSettings { Order = order, MaxInFlight = 6 } }, Cancellation);

        // The first takes so long that it is in flight when the server stops. With six that are worked on, the ends of two may be on their way.
        await call.RequestStream.WriteAsync(new PhotoRequest { Item = new ExplainItem { Id = "0", Request = Long() } }, Cancellation);
        var sending = Task.Run(async () =>
        {
            for (var i = 1; ; i++)
                await call.RequestStream.WriteAsync(Item(i), Cancellation);
        }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        List<PhotoResponse> responses = [call.ResponseStream.Current];

        var stopping = _server.StopAsync();
        var end = await ReadToTheEndAsync(call.ResponseStream, responses);
        await stopping.WaitAsync(Patience, Cancellation);

        AssertRefused(end);
        await Assert.ThrowsAnyAsync<Exception>(() => sending);

        // A stream's photos are accepted in their order: those that were are a beginning of what was sent.
        var ends = responses.Where(response => response.End is not null).ToArray();
        Assert.InRange(ends.Length, 1, 100);
        Assert.All(ends, response => Assert.Equal(0, response.End.Code));
        Assert.Equal(Enumerable.Range(0, ends.Length), ends.Select(response => (int)response.ItemIndex).Order());
        Assert.All(responses, response => Assert.InRange(response.ItemIndex, 0, ends.Length - 1));
        Assert.Matches("1 calls, with [1-8] photos of streams$", (await _log.LineAsync("Draining")).Text);
        await _log.LineAsync("Drained");
        Assert.False(_server.HasCutCalls);
    }

    [Fact]
    public async Task ExplainStream_ClientHasEndedItsSideBefore_IsAnsweredAndEndsWell()
    {
        var (channel, hasEnded) = EndWatch.Connect(_server.Address);
        using var _ = channel;
        using var call = new ClassificationService.ClassificationServiceClient(channel).ExplainStream(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new PhotoRequest { Settings = new ExplainStreamSettings { MaxInFlight = 1 } }, Cancellation);
        await call.RequestStream.WriteAsync(new PhotoRequest { Item = new ExplainItem { Id = "long", Request = Long() } }, Cancellation);
        await call.RequestStream.CompleteAsync();

        // The server reads a connection in order: with the answer to a later call it has what was sent before.
        await hasEnded.WaitAsync(Patience, Cancellation);
        await new ModelService.ModelServiceClient(channel).ListModelsAsync(new ListModelsRequest(), cancellationToken: Cancellation);

        // A photo counts as asked for once it is read; then its prediction is the first to come.
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var stopping = _server.StopAsync();
        var rest = await call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        await stopping.WaitAsync(Patience, Cancellation);

        Assert.Equal(32 + 1, rest.Count);
        Assert.Equal(0, rest[^1].End.Code);
    }

    [Fact]
    public async Task Streams_NothingIsInFlight_EndAtOnce()
    {
        using var photos = _server.Classification.ExplainStream(cancellationToken: Cancellation);
        using var frames = _server.Video.Explain(cancellationToken: Cancellation);
        await photos.RequestStream.WriteAsync(Item(0), Cancellation);
        Assert.True(await photos.ResponseStream.MoveNext(Cancellation));
        Assert.True(await photos.ResponseStream.MoveNext(Cancellation));
        Assert.True(await photos.ResponseStream.MoveNext(Cancellation));
        await frames.RequestStream.WriteAsync(new VideoServiceExplainRequest { Settings = new VideoSettings() }, Cancellation);
        Assert.True(await frames.ResponseStream.MoveNext(Cancellation));

        var stopping = _server.StopAsync();

        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => photos.ResponseStream.MoveNext(Cancellation)));
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => frames.ResponseStream.MoveNext(Cancellation)));
        await stopping.WaitAsync(Patience, Cancellation);
        Assert.Contains("2 calls, with 0 photos", (await _log.LineAsync("Draining")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FramePolicy.EveryFrame)]
    [InlineData(FramePolicy.LatestWins)]
    public async Task Video_ServerStopsWhileAClientGoesOnSending_AllFramesThatAreAcceptedAreAnsweredAndTheStreamEndsUnavailable(FramePolicy policy)
    {
        using var call = _server.Video.Explain(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Settings = new VideoSettings { Policy = policy } }, Cancellation);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var frame = new VideoFrame { Image = Photos.CatImage, Timestamp = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(i + 1)) };
                await call.RequestStream.WriteAsync(new VideoServiceExplainRequest { Frame = frame }, Cancellation);
            }
        }, Cancellation);
        List<VideoServiceExplainResponse> responses = [];
        while (responses.Count < 3)
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            responses.Add(call.ResponseStream.Current);
        }

        var stopping = _server.StopAsync();
        var end = await ReadToTheEndAsync(call.ResponseStream, responses);
        await stopping.WaitAsync(Patience, Cancellation);

        AssertRefused(end);
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        var frames = responses.Skip(1).Select(response => response.Frame).ToArray();
        Assert.Equal(Enumerable.Range(0, frames.Length), frames.Select(frame => (int)frame.FrameIndex).Order());
        Assert.All(frames, frame => Assert.Null(frame.Status));
        Assert.False(_server.HasCutCalls);
    }

    [Fact]
    public async Task Json_ACallIsInFlight_IsAnsweredToItsEnd()
    {
        using var http = new HttpClient { BaseAddress = _server.HttpAddress };
        var question = new JsonObject
        {
            ["image"] = new JsonObject { ["encoded"] = Convert.ToBase64String(Photos.Cat) },
            ["targets"] = new JsonArray(new JsonObject { ["topK"] = 16 }),
            ["layers"] = new JsonArray("blocks.0.0"),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images:explain") { Content = JsonContent.Create(question) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        var stopping = _server.StopAsync();
        var lines = (await response.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await stopping.WaitAsync(Patience, Cancellation);

        Assert.Equal(1 + 16, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.NotNull(JsonNode.Parse(line)!["map"]));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancellation));
    }

    /// <summary>Maps as large as the photo, 540 kB each, of which a client that does not read takes no more than its window of 64 kB.</summary>
    [Fact]
    public async Task ExplainStream_ClientDoesNotRead_IsCutOffAtTheTimeoutAndLogged()
    {
        using var channel = ChannelWithASmallWindow();
        using var stream = new ClassificationService.ClassificationServiceClient(channel).ExplainStream(cancellationToken: Cancellation);
        using var unread = new ClassificationService.ClassificationServiceClient(channel).Explain(Large(), cancellationToken: Cancellation);
        for (var i = 0; i < 3; i++)
            await stream.RequestStream.WriteAsync(new PhotoRequest { Item = new ExplainItem { Id = $"{i}", Request = Large() } }, Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        Assert.True(await unread.ResponseStream.MoveNext(Cancellation));

        var stopping = _server.StopAsync();
        await _log.LineAsync("Draining");
        _clock.Advance(DrainTimeout - TimeSpan.FromTicks(1));
        Assert.False(stopping.IsCompleted);
        Assert.False(_server.HasCutCalls);
        _clock.Advance(TimeSpan.FromTicks(1));
        await stopping.WaitAsync(Patience, Cancellation);

        var (level, text) = await _log.LineAsync("Cut off");
        Assert.Equal(LogLevel.Error, level);
        Assert.Matches("^Cut off after 00:00:30 of draining: 2 accepted calls are not answered, with [123] photos of streams$", text);
        Assert.True(_server.HasCutCalls);
        await Assert.ThrowsAsync<RpcException>(() => unread.ReadAllAsync());
    }

    /// <summary>An answer of 90 kB, of which the client takes 64: the call itself has ended, and the connection holds the rest.</summary>
    [Fact]
    public async Task Explain_ClientDoesNotReadTheEnd_IsCutOffAtTheTimeoutAndLogged()
    {
        using var channel = ChannelWithASmallWindow();
        using var unread = new ClassificationService.ClassificationServiceClient(channel).Explain(
            new ClassificationServiceExplainRequest
            {
                Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(150, 150)) },
                Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } } },
            },
            cancellationToken: Cancellation);
        Assert.True(await unread.ResponseStream.MoveNext(Cancellation));

        var stopping = _server.StopAsync();
        await _log.LineAsync("Draining");
        Assert.False(stopping.IsCompleted);
        _clock.Advance(DrainTimeout);
        await stopping.WaitAsync(Patience, Cancellation);

        Assert.Contains("1 accepted calls are not answered, with 0 photos", (await _log.LineAsync("Cut off")).Text, StringComparison.Ordinal);
        Assert.True(_server.HasCutCalls);
    }

    [Fact]
    public async Task Stop_CallsHaveEndedInEveryWay_NothingIsLeftInFlight()
    {
        await _server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        await _server.FailAsync(new ClassificationServiceExplainRequest { Model = "nobody" });
        using (var left = _server.Classification.Explain(Long(), cancellationToken: Cancellation))
            Assert.True(await left.ResponseStream.MoveNext(Cancellation));
        using (var stream = _server.Classification.ExplainStream(cancellationToken: Cancellation))
        {
            await stream.RequestStream.WriteAsync(Item(0), Cancellation);
            Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        }

        await _server.StopAsync().WaitAsync(Patience, Cancellation);

        await _log.LineAsync("Drained");
        Assert.False(_server.HasCutCalls);
    }

    private GrpcChannel ChannelWithASmallWindow() => GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 65_535 },
        DisposeHttpClient = true,
    });

    /// <summary>Takes a second and more.</summary>
    private static ClassificationServiceExplainRequest Long() => new()
    {
        Image = Photos.CatImage,
        Targets = { new ClassTarget { TopK = 32 } },
        Layers = { "blocks.0.0" },
    };

    private static ClassificationServiceExplainRequest Large() => new()
    {
        Image = Photos.CatImage,
        Targets = { new ClassTarget { TopK = 4 } },
        Outputs = { new MapOutput { Raw = new RawMapOutput { Grid = MapGrid.Image } } },
    };

    private static PhotoRequest Item(int index) => new()
    {
        Item = new ExplainItem { Id = $"{index}", Request = new ClassificationServiceExplainRequest { Image = Photos.CatImage } },
    };

    /// <summary>Reads until the call fails.</summary>
    /// <returns>How it failed.</returns>
    private static Task<RpcException> ReadToTheEndAsync<T>(IAsyncStreamReader<T> reader, List<T> responses) => Assert.ThrowsAsync<RpcException>(async () =>
    {
        while (await reader.MoveNext(Cancellation))
            responses.Add(reader.Current);
    });

    private static void AssertRefused(RpcException end) => Assert.True(
        end.StatusCode is StatusCode.Unavailable && end.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason == "NOT_READY", $"{end}, {end.Status.DebugException}");
}
