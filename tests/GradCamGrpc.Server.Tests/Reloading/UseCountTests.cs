using GradCamGrpc.Server.Inference;

namespace GradCamGrpc.Server.Tests.Reloading;

public sealed class UseCountTests
{
    [Fact]
    public void Close_NobodyUsesIt_EndsAtOnceAndNobodyBeginsAnyMore()
    {
        var count = new UseCount();

        Assert.True(count.CloseAsync().IsCompletedSuccessfully);
        Assert.False(count.TryBegin());
        Assert.Equal(0, count.Users);
    }

    [Fact]
    public void Close_TwoUseIt_EndsWithTheLastOfThem()
    {
        var count = new UseCount();
        Assert.True(count.TryBegin());
        Assert.True(count.TryBegin());

        var closed = count.CloseAsync();
        Assert.False(count.TryBegin());
        count.End();
        Assert.False(closed.IsCompleted);
        Assert.Equal(1, count.Users);
        count.End();

        Assert.True(closed.IsCompletedSuccessfully);
    }

    [Fact]
    public void End_NobodyUsesIt_IsAnError() => Assert.Throws<InvalidOperationException>(new UseCount().End);

    /// <summary>Whoever has begun is waited for, however the two fall together: nobody uses what is closed.</summary>
    [Fact]
    public async Task Close_WhileOthersBeginAndEnd_NobodyIsLeftWhenItEnds()
    {
        var count = new UseCount();
        var inside = 0;
        var users = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (count.TryBegin())
            {
                Interlocked.Increment(ref inside);
                Interlocked.Decrement(ref inside);
                count.End();
            }
        })).ToArray();

        await count.CloseAsync();
        Assert.Equal(0, Volatile.Read(ref inside));

        await Task.WhenAll(users);
    }
}
