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
    public async Task Explain_DeadlineHasPassed_SaysSoAndTheNextCallIsServed()
    {
        await using var server = new RunningServer(options => options with { Queue = options.Queue with { MaxDelay = TimeSpan.FromSeconds(10) } });
        await server.InitializeAsync();
        var request = new ClassificationServiceExplainRequest { Image = Photos.CatImage };

        // An idle model that would wait ten seconds for company ships at the deadline, which leaves no time to run.
        using var call = server.Classification.Explain(
            request, deadline: DateTime.UtcNow.AddMilliseconds(1), cancellationToken: TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<RpcException>(
            async () => await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
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
}
