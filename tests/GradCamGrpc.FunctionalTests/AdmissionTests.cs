using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Google.Rpc;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Options;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Explain_QueueIsFull_SomeAreRefusedWithAHintAndTheOthersAnswered()
    {
        await using var server = new RunningServer(options => options with { Queue = new QueueOptions(Capacity: 2, MaxBatch: 1, TimeSpan.Zero) });
        await server.InitializeAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TryAsync(server, new ClassificationServiceExplainRequest { Image = Photos.CatImage })));

        var refused = outcomes.OfType<RpcException>().ToArray();
        Assert.NotEmpty(refused);
        Assert.NotEqual(outcomes.Length, refused.Length);
        Assert.All(refused, fault =>
        {
            Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
            Assert.True(fault.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        });
    }

    [Fact]
    public async Task Explain_TooManyPixelsInFlight_SomeAreRefusedAndALargePhotoAloneIsNot()
    {
        await using var server = new RunningServer(options => options with { Images = options.Images with { MaxPixelsInFlight = 1_000_000 } });
        await server.InitializeAsync();
        var large = new ClassificationServiceExplainRequest { Image = new Image { Encoded = ByteString.CopyFrom(Photos.Grey(2000, 1000)) } };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TryAsync(server, large)));

        Assert.NotEmpty(outcomes.OfType<RpcException>());
        Assert.All(outcomes.OfType<RpcException>(), fault =>
        {
            Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
            Assert.Equal("PIXEL_BUDGET_SPENT", fault.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
            Assert.True(fault.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        });
        Assert.Single((await server.ExplainAsync(large)).Maps);
    }

    /// <summary>Each photo has an answer of its own, whatever batch it is in and whoever is beside it.</summary>
    [Fact]
    public async Task Explain_ManyDifferentPhotosAtOnce_EachGetsItsOwnAnswer()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        var requests = Enumerable.Range(0, 24).Select(i => new ClassificationServiceExplainRequest
        {
            Image = Photos.CatCut(8 * i),
            Targets = { new ClassTarget { ClassIndex = 282 } },
            Layers = { i % 3 == 0 ? "blocks.6.0" : "bn2" },
        }).ToArray();
        var alone = new List<Calls.Answer>();
        foreach (var request in requests)
            alone.Add(await server.ExplainAsync(request));

        var together = await Task.WhenAll(requests.Select(server.ExplainAsync));

        Assert.Contains(together, answer => answer.Prediction.Timings.BatchSize > 1);
        foreach (var (one, other) in alone.Zip(together))
        {
            Assert.Equal(one.Maps[0].Provenance.Score.Value, other.Maps[0].Provenance.Score.Value, 1e-3);
            var expected = one.Maps[0].Outputs[0].Raw.Floats();
            var worst = expected.Zip(other.Maps[0].Outputs[0].Raw.Floats(), (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(worst, 0, 1e-3 * expected.Max() + 1e-9);
        }
        Assert.True(alone.Select(answer => answer.Maps[0].Provenance.Score.Value).Distinct().Count() > 20);
    }

    [Fact]
    public async Task Explain_DeadlinePassesInTheQueue_IsDroppedThereAndTheNextCallIsServed()
    {
        await using var server = new RunningServer(options => options with { Queue = options.Queue with { MaxBatch = 1 } });
        await server.InitializeAsync();
        using var busy = server.Classification.Explain(LongWork, cancellationToken: TestContext.Current.CancellationToken);

        // With the prediction its maps have begun, which take the model's thread for seconds.
        Assert.True(await busy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        using var late = server.Classification.Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage },
            deadline: DateTime.UtcNow.AddMilliseconds(500),
            cancellationToken: TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<RpcException>(() => late.ReadAllAsync());
        await busy.ReadAllAsync();
        var next = await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });

        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
        Assert.Single(next.Maps);

        // The client would say so by itself: that the server has dropped the call, instead of running it for nobody, is in its metrics.
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(server.MetricsAddress, TestContext.Current.CancellationToken);
        Assert.Matches("gradcam_request_dropped_total{[^}]*reason=\"deadline\"[^}]*} [1-9]", metrics);
    }

    /// <summary>The one that runs takes seconds. Of eight places one client may have seven: with seven, four times what is left are fewer than eight.</summary>
    [Fact]
    public async Task Explain_OneClientHasItsPartOfTheQueue_AnotherIsLetIn()
    {
        const int Share = 7;
        await using var server = new RunningServer(options => options with { Queue = new QueueOptions(Capacity: 8, MaxBatch: 1, TimeSpan.Zero) });
        await server.InitializeAsync();
        var cancellation = TestContext.Current.CancellationToken;
        using var busy = server.Classification.Explain(LongWork, cancellationToken: cancellation);
        Assert.True(await busy.ResponseStream.MoveNext(cancellation));
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };

        var flood = Enumerable.Range(0, 20).Select(_ => TryAsync(server, request)).ToArray();
        while (flood.Count(IsRefused) < flood.Length - Share)
            await Task.WhenAny(flood.Where(call => !call.IsCompleted));
        using var other = server.Classification.Explain(request, new Metadata { { "x-api-key", "another" } }, cancellationToken: cancellation);
        var answer = await other.ReadAllAsync();

        static bool IsRefused(Task<object> call) => call.IsCompletedSuccessfully && call.Result is RpcException { StatusCode: StatusCode.ResourceExhausted };

        await busy.ReadAllAsync();
        var outcomes = await Task.WhenAll(flood);

        Assert.Equal(2, answer.Count);
        Assert.Equal(Share, outcomes.Count(outcome => outcome is Calls.Answer));
    }

    /// <summary>The one that runs takes seconds, so that who comes once somebody was refused finds no room either.</summary>
    [Fact]
    public async Task Explain_QueueIsFullAndTheMessageDoesNotCome_IsRefusedWithoutIt()
    {
        await using var server = new RunningServer(options => options with { Queue = new QueueOptions(Capacity: 2, MaxBatch: 1, TimeSpan.Zero) });
        await server.InitializeAsync();
        var cancellation = TestContext.Current.CancellationToken;
        using var busy = server.Classification.Explain(LongWork, cancellationToken: cancellation);
        Assert.True(await busy.ResponseStream.MoveNext(cancellation));
        var flood = Enumerable.Range(0, 3).Select(_ => TryAsync(server, new ClassificationServiceExplainRequest { Image = Photos.CatImage })).ToArray();
        await Task.WhenAny(flood);

        using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(30) };
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri("/gradcam.v1.ClassificationService/Explain", UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new SilentContent(),
        };
        using var answer = await http.SendAsync(call, HttpCompletionOption.ResponseHeadersRead, cancellation);

        Assert.Equal([$"{(int)StatusCode.ResourceExhausted}"], answer.Headers.GetValues("grpc-status"));
        busy.Dispose();
        Assert.Equal(2, (await Task.WhenAll(flood)).Count(outcome => outcome is Calls.Answer));
    }

    /// <summary>Which of two models a call means is in its message: that one has no room says nothing of the other.</summary>
    [Fact]
    public async Task Classify_QueueOfAnotherModelIsFull_IsAnswered()
    {
        var folder = Directory.CreateTempSubdirectory();
        ModelFolders.WriteTo(folder.FullName, ModelFolders.Goldfish);
        await using (var server = new RunningServer(options => options with { Models = folder.FullName, Queue = new QueueOptions(Capacity: 1, MaxBatch: 1, TimeSpan.Zero) }))
        {
            await server.InitializeAsync();
            var cancellation = TestContext.Current.CancellationToken;
            var work = LongWork;
            work.Model = ModelFolders.Cropped;
            using var busy = server.Classification.Explain(work, cancellationToken: cancellation);
            Assert.True(await busy.ResponseStream.MoveNext(cancellation));
            var request = new ClassificationServiceExplainRequest { Model = ModelFolders.Cropped, Image = Photos.CatImage };
            var flood = Enumerable.Range(0, 2).Select(_ => TryAsync(server, request)).ToArray();
            var first = await await Task.WhenAny(flood);

            var other = await server.Classification.ClassifyAsync(
                new ClassifyRequest { Model = ModelFolders.Whole, Image = Photos.CatImage }, cancellationToken: cancellation);

            Assert.IsType<RpcException>(first);
            Assert.Equal(ModelFolders.Whole, other.Prediction.Model);
            busy.Dispose();
            await Task.WhenAll(flood);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Explain_ManyCallsAreCancelled_TheOthersAreAnswered()
    {
        await using var server = new RunningServer(options => options);
        await server.InitializeAsync();
        using var leaving = new CancellationTokenSource();
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };

        var abandoned = Enumerable.Range(0, 40).Select(_ => server.Classification.Explain(request, cancellationToken: leaving.Token)).ToArray();
        var kept = Enumerable.Range(0, 20).Select(_ => server.ExplainAsync(request)).ToArray();
        await leaving.CancelAsync();

        Assert.All(await Task.WhenAll(kept), answer => Assert.Single(answer.Maps));
        foreach (var call in abandoned)
            call.Dispose();
    }

    /// <summary>Score-CAM asks the network about each of the layer's 320 channels: seconds, on a fast machine too.</summary>
    private static ClassificationServiceExplainRequest LongWork => new()
    {
        Image = Photos.CatImage,
        Layers = { "blocks.6.0" },
        Methods = { new ExplanationMethod { ScoreCam = new ScoreCam() } },
    };

    private static async Task<object> TryAsync(RunningServer server, ClassificationServiceExplainRequest request)
    {
        try
        {
            return await server.ExplainAsync(request);
        }
        catch (RpcException fault)
        {
            return fault;
        }
    }

    /// <summary>A message of which nothing is ever sent.</summary>
    private sealed class SilentContent : HttpContent
    {
        public SilentContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // The client keeps the headers, too, until something of the message follows, or it is told not to.
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
