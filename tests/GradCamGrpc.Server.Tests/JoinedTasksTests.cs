using GradCamGrpc.Server.Comparison;

namespace GradCamGrpc.Server.Tests;

public sealed class JoinedTasksTests
{
    /// <summary>What nobody stops would go on for ever: the test fails instead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhenAllAsync_OneFails_TheOthersHaveEndedAndItsFaultIsThrown()
    {
        using var stop = new CancellationTokenSource();
        Task[] others = [Task.Delay(Timeout.InfiniteTimeSpan, stop.Token), FailOnceStoppedAsync(stop.Token)];

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => JoinedTasks.WhenAllAsync([.. others, FailAsync()], stop).WaitAsync(Patience, TestContext.Current.CancellationToken));

        Assert.Equal("no place", fault.Message);
        Assert.True(stop.IsCancellationRequested);
        Assert.All(others, other => Assert.True(other.IsCompleted));
    }

    [Fact]
    public async Task WhenAllAsync_NobodyWaitsAnyMore_IsCancelled()
    {
        using var stop = new CancellationTokenSource();
        var waiting = JoinedTasks.WhenAllAsync([Task.Delay(Timeout.InfiniteTimeSpan, stop.Token), Task.CompletedTask], stop);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task WhenAllAsync_AllSucceed_StopsNothing()
    {
        using var stop = new CancellationTokenSource();

        await JoinedTasks.WhenAllAsync([Task.CompletedTask, Task.FromResult(1)], stop);

        Assert.False(stop.IsCancellationRequested);
    }

    private static async Task FailAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("no place");
    }

    private static async Task FailOnceStoppedAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException("no map");
        }
    }
}
