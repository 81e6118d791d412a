using GradCamGrpc.Server.Streaming;

namespace GradCamGrpc.Server.Tests.Streaming;

public sealed class OutboxTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EndAsync_Ordered_WaitsForItsTurn()
    {
        var outbox = new Outbox<string>(isOrdered: true);
        using var first = outbox.Open();
        using var second = outbox.Open();
        await using var reader = outbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var reading = reader.MoveNextAsync();

        await second.SendAsync("second", Cancellation);
        var ending = second.EndAsync(Cancellation);
        Assert.False(ending.IsCompleted);
        await first.SendAsync("first", Cancellation);
        await first.EndAsync(Cancellation);

        Assert.True(await reading);
        Assert.Equal("first", reader.Current);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("second", reader.Current);
        await ending;
    }

    [Fact]
    public async Task EndAsync_NobodyWaitsAnyMore_SaysSo()
    {
        using var leaving = new CancellationTokenSource();
        var outbox = new Outbox<string>(isOrdered: true);
        using var lane = outbox.Open();
        await lane.SendAsync("answer", Cancellation);
        var ending = lane.EndAsync(leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ending);
    }

    /// <summary>What is sent there waits for itself: see how little fits.</summary>
    [Fact]
    public async Task EndAsync_AsReady_WaitsForNobody()
    {
        var outbox = new Outbox<string>(isOrdered: false);
        using var lane = outbox.Open();
        await lane.SendAsync("answer", Cancellation);

        Assert.True(lane.EndAsync(Cancellation).IsCompletedSuccessfully);
        using var next = outbox.Open();
        var sending = next.SendAsync("another", Cancellation).AsTask();
        Assert.False(sending.IsCompleted);
    }
}
