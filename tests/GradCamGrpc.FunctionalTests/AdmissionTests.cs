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

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TryAsync(server)));

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

    private static async Task<object> TryAsync(RunningServer server)
    {
        try
        {
            return await server.ExplainAsync(new ClassificationServiceExplainRequest { Image = Photos.CatImage });
        }
        catch (RpcException fault)
        {
            return fault;
        }
    }
}
