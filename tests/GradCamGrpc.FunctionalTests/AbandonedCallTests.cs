using GradCamGrpc.Protos.V1;
using Grpc.Core;
using static GradCamGrpc.FunctionalTests.Calls;

namespace GradCamGrpc.FunctionalTests;

/// <summary>Nobody's work: calls that end while they wait in the queue, counted by the photos that go through the network.</summary>
public sealed class AbandonedCallTests
{
    private const int LeavingOfEachKind = 4;
    private const int Late = 5;
    private const int Staying = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_CallsAreCancelledOrExpireThere_TheNetworkSeesThePhotosOfTheOthersAlone()
    {
        using var server = await ServerProcess.StartAsync(maxBatch: 4);
        using var busy = server.Classification.Explain(LongWork, cancellationToken: Cancellation);
        Assert.True(await busy.ResponseStream.MoveNext(Cancellation));

        using var leaving = new CancellationTokenSource();
        var late = Enumerable.Range(0, Late).Select(_ => EndAsync(server.Classification.Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage },
            deadline: DateTime.UtcNow.AddSeconds(3),
            cancellationToken: Cancellation))).ToArray();
        var left = Enumerable.Range(0, LeavingOfEachKind).SelectMany(_ => OneOfEachKind(server, leaving.Token)).ToArray();
        var staying = Enumerable.Range(0, Staying).Select(_ => server.Classification.Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage }, cancellationToken: Cancellation).ReadAllAsync()).ToArray();
        await server.WaitUntilQueuedAsync(left.Length + Late + Staying);
        await leaving.CancelAsync();

        Assert.All(await Task.WhenAll(late), status => Assert.Equal(StatusCode.DeadlineExceeded, status));
        Assert.All(await Task.WhenAll(left), status => Assert.Equal(StatusCode.Cancelled, status));
        Assert.All(staying, call => Assert.False(call.IsCompleted));
        await busy.ReadAllAsync();
        Assert.All(await Task.WhenAll(staying), answer => Assert.Equal(2, answer.Count));

        await server.WaitForAsync("gradcam_queue_length", 0);
        Assert.Equal(1 + Staying, await server.MetricAsync("gradcam_model_photos_total"));
        Assert.Equal(left.Length + Late, await server.MetricAsync("gradcam_request_dropped_total"));
        Assert.Equal(0, await server.MetricAsync("gradcam_queue_size_bytes"));
    }

    /// <summary>The methods that ask the network again take it for seconds, on a fast machine too.</summary>
    private static ClassificationServiceExplainRequest LongWork => new()
    {
        Image = Photos.CatImage,
        Layers = { "blocks.6.0" },
        Methods = { Method("score_cam"), Method("integrated_gradients"), Method("smooth_grad") },
    };

    /// <summary>A call of each kind that puts one photo into the queue.</summary>
    private static IEnumerable<Task<StatusCode>> OneOfEachKind(ServerProcess server, CancellationToken cancellation)
    {
        var image = Photos.CatImage;
        var captions = new CaptioningService.CaptioningServiceClient(server.Channel);
        var answers = new VqaService.VqaServiceClient(server.Channel);
        var evidence = new EvidenceService.EvidenceServiceClient(server.Channel);
        var several = new MultiTaskService.MultiTaskServiceClient(server.Channel);
        yield return EndAsync(server.Classification.ClassifyAsync(new ClassifyRequest { Image = image }, cancellationToken: cancellation));
        yield return EndAsync(server.Classification.Explain(new ClassificationServiceExplainRequest { Image = image }, cancellationToken: cancellation));
        yield return EndAsync(captions.CaptionAsync(new CaptionRequest { Image = image }, cancellationToken: cancellation));
        yield return EndAsync(captions.Explain(new CaptioningServiceExplainRequest { Image = image }, cancellationToken: cancellation));
        yield return EndAsync(answers.AnswerAsync(new AnswerRequest { Image = image, Questions = { "what is the cat doing" } }, cancellationToken: cancellation));
        yield return EndAsync(evidence.Evaluate(new EvaluateRequest { Image = image, Targets = { new ClassTarget { ClassIndex = 282 } } }, cancellationToken: cancellation));
        yield return EndAsync(several.Explain(
            new MultiTaskServiceExplainRequest { Image = image, Classification = new ClassificationServiceExplainRequest(), Captioning = new CaptioningServiceExplainRequest() },
            cancellationToken: cancellation));
    }

    private static async Task<StatusCode> EndAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
            return (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode;
    }

    private static async Task<StatusCode> EndAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
            return (await Assert.ThrowsAsync<RpcException>(() => call.ReadAllAsync())).StatusCode;
    }
}
