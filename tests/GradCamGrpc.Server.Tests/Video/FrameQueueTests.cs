using GradCamGrpc.Server.Video;

namespace GradCamGrpc.Server.Tests.Video;

public sealed class FrameQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PutAsync_NothingWaitsAfterADrop_DropsNothing()
    {
        var queue = new FrameQueue<string>(latestWins: true);

        Assert.Null(await queue.PutAsync("0", Cancellation));
        Assert.Equal("0", await queue.PutAsync("1", Cancellation));
        Assert.Equal("1", await queue.TakeAllAsync(Cancellation).FirstAsync(Cancellation));
        Assert.Null(await queue.PutAsync("2", Cancellation));
    }

    [Fact]
    public async Task PutAsync_EveryFrameCounts_WaitsUntilTheOneBeforeIsTaken()
    {
        var queue = new FrameQueue<string>(latestWins: false);
        await queue.PutAsync("0", Cancellation);

        var putting = queue.PutAsync("1", Cancellation).AsTask();
        Assert.False(putting.IsCompleted);
        Assert.Equal("0", await queue.TakeAllAsync(Cancellation).FirstAsync(Cancellation));

        Assert.Null(await putting);
    }
}
