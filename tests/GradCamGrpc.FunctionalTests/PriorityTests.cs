using System.Collections.Concurrent;
using GradCamGrpc.Protos.V1;
using Grpc.Core;

namespace GradCamGrpc.FunctionalTests;

public sealed class PriorityTests(RunningServer shared)
{
    private const string Header = "x-priority";
    private const int OfEachLevel = 5;

    private static readonly string[] Levels = ["low", "", "high"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The levels ask in turn, the lowest first; a level weighs four times what the one below it does, and none is left out.</summary>
    [Fact]
    public async Task Explain_CallsOfAllLevelsWait_TheHigherAreAnsweredFirstAndAllAre()
    {
        using var server = await ServerProcess.StartAsync(maxBatch: 1);
        using var busy = server.Classification.Explain(
            new ClassificationServiceExplainRequest { Image = Photos.CatImage, Layers = { "blocks.6.0" }, Methods = { Calls.Method("score_cam"), Calls.Method("integrated_gradients") } },
            cancellationToken: Cancellation);
        Assert.True(await busy.ResponseStream.MoveNext(Cancellation));

        var answered = new ConcurrentQueue<string>();
        var calls = new List<Task>();
        foreach (var level in Enumerable.Range(0, OfEachLevel).SelectMany(_ => Levels))
            calls.Add(CallAsync(level));
        await server.WaitUntilQueuedAsync(calls.Count);
        busy.Dispose();
        await Task.WhenAll(calls);

        double MeanPlace(string level) => answered.Index().Where(call => call.Item == level).Average(call => call.Index);
        Assert.Equal(3 * OfEachLevel, answered.Count);
        Assert.True(MeanPlace("high") < MeanPlace("") && MeanPlace("") < MeanPlace("low"), string.Join(' ', answered.Select(level => level.PadRight(1, '-'))));
        Assert.DoesNotContain("low", answered.Take(OfEachLevel));

        async Task CallAsync(string level)
        {
            var metadata = level.Length > 0 ? new Metadata { { Header, level } } : [];
            await server.Classification.ClassifyAsync(new ClassifyRequest { Image = Photos.CatImage }, metadata, cancellationToken: Cancellation);
            answered.Enqueue(level);
        }
    }

    [Theory]
    [InlineData("urgent", "'urgent' is none of low, normal, high")]
    [InlineData("High", "'High' is none of low, normal, high")]
    [InlineData("", "'' is none of low, normal, high")]
    public async Task Classify_UnknownPriority_IsInvalidAndSaysWhichThereAre(string priority, string description)
    {
        var fault = await FailAsync(new Metadata { { Header, priority } });

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal([Header], fault.Fields());
        Assert.Contains(description, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_TwoPriorities_IsInvalid() => Assert.Contains(
        "'low, high' is none of low, normal, high", (await FailAsync(new Metadata { { Header, "low" }, { Header, "high" } })).Status.Detail, StringComparison.Ordinal);

    [Fact]
    public async Task Video_UnknownPriority_IsInvalid()
    {
        using var call = shared.Video.Explain(new Metadata { { Header, "urgent" } }, cancellationToken: Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal([Header], fault.Fields());
    }

    [Fact]
    public async Task ExplainStream_UnknownPriority_IsInvalid()
    {
        using var call = shared.Classification.ExplainStream(new Metadata { { Header, "urgent" } }, cancellationToken: Cancellation);
        var item = new ExplainItem { Id = "cat", Request = new ClassificationServiceExplainRequest { Image = Photos.CatImage } };
        await call.RequestStream.WriteAsync(new ClassificationServiceExplainStreamRequest { Item = item }, Cancellation);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Equal([Header], fault.Fields());
    }

    private async Task<RpcException> FailAsync(Metadata metadata) => await Assert.ThrowsAsync<RpcException>(
        async () => await shared.Classification.ClassifyAsync(new ClassifyRequest { Image = Photos.CatImage }, metadata, cancellationToken: Cancellation));
}
