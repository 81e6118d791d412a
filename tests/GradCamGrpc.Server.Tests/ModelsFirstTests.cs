using GradCamGrpc.Server.Hosting;

namespace GradCamGrpc.Server.Tests;

public sealed class ModelsFirstTests
{
    [Fact]
    public async Task StartAsync_CallerHasGivenWay_StartsThreadsThatStandAboveIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lets threads of one process stand above each other");

        var (own, started, plain) = await OnNewThreadAsync(() =>
        {
            ModelsFirst.GiveWay();
            return (ModelsFirst.NicenessOfThisThread(), StartedByModelsFirst(), OnNewThreadAsync(ModelsFirst.NicenessOfThisThread).Result);
        });

        Assert.Equal(Math.Min(started + 10, 19), own);
        Assert.Equal(own, plain);
    }

    [Fact]
    public async Task StartAsync_StartFails_SaysSoAndStartsOthers()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => ModelsFirst.StartAsync(() => throw new InvalidOperationException()));
        await Assert.ThrowsAsync<NotSupportedException>(() => ModelsFirst.StartAsync(() => Task.FromException(new NotSupportedException())));
        await ModelsFirst.StartAsync(() => Task.CompletedTask);
    }

    private static int StartedByModelsFirst()
    {
        var niceness = 0;
        ModelsFirst.StartAsync(async () => niceness = await OnNewThreadAsync(ModelsFirst.NicenessOfThisThread)).Wait();
        return niceness;
    }

    private static Task<T> OnNewThreadAsync<T>(Func<T> run)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(run());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        }).Start();
        return done.Task;
    }
}
