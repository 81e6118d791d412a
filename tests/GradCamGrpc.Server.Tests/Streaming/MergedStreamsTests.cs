using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GradCamGrpc.Server.Streaming;

namespace GradCamGrpc.Server.Tests.Streaming;

public sealed class MergedStreamsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_SeveralStreams_HasAllItemsAndEachStreamsInItsOrder()
    {
        using var stop = new CancellationTokenSource();

        var items = await MergedStreams.ReadAsync([Numbers(0), Numbers(100), Numbers(200)], stop).ToArrayAsync(Cancellation);

        Assert.Equal(30, items.Length);
        Assert.All([0, 100, 200], first => Assert.Equal(Enumerable.Range(first, 10), items.Where(item => item / 100 == first / 100)));
    }

    /// <summary>The first stream waits for what the second one's reader has seen.</summary>
    [Fact]
    public async Task ReadAsync_OneStreamWaits_TheOthersAreRead()
    {
        using var stop = new CancellationTokenSource();
        var late = Channel.CreateUnbounded<int>();
        var read = new List<int>();

        await foreach (var item in MergedStreams.ReadAsync([late.Reader.ReadAllAsync(Cancellation), Numbers(100)], stop))
        {
            read.Add(item);
            if (read.Count == 10)
            {
                late.Writer.TryWrite(1);
                late.Writer.Complete();
            }
        }

        Assert.Equal([.. Enumerable.Range(100, 10), 1], read);
    }

    /// <summary>One is read, one waits in between, and one is on its way there.</summary>
    [Fact]
    public async Task ReadAsync_ReaderTakesOne_TheStreamIsNoFurtherThanTwoAhead()
    {
        using var stop = new CancellationTokenSource();
        var made = 0;
        await using var reader = MergedStreams.ReadAsync([Counted()], stop).GetAsyncEnumerator(Cancellation);

        Assert.True(await reader.MoveNextAsync());

        Assert.InRange(made, 1, 3);

        async IAsyncEnumerable<int> Counted()
        {
            await Task.CompletedTask;
            while (made < 100)
                yield return ++made;
        }
    }

    [Fact]
    public async Task ReadAsync_OneStreamFails_TheOthersEndAndTheReaderIsTold()
    {
        using var stop = new CancellationTokenSource();
        var endless = new Endless();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await MergedStreams.ReadAsync([endless.Numbers(Cancellation), Failing()], stop).ToArrayAsync(Cancellation));

        Assert.Equal("no map", fault.Message);
        Assert.True(endless.HasEnded);
        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public async Task ReadAsync_ReaderLeaves_TheStreamsHaveEndedThen()
    {
        using var stop = new CancellationTokenSource();
        Endless[] streams = [new(), new()];

        await foreach (var _ in MergedStreams.ReadAsync(streams.Select(stream => stream.Numbers(Cancellation)), stop))
            break;

        Assert.All(streams, stream => Assert.True(stream.HasEnded));
    }

    private static async IAsyncEnumerable<int> Numbers(int first)
    {
        for (var i = 0; i < 10; i++)
        {
            await Task.Yield();
            yield return first + i;
        }
    }

    private static async IAsyncEnumerable<int> Failing()
    {
        await Task.Yield();
        yield return 1;
        throw new InvalidOperationException("no map");
    }

    private sealed class Endless
    {
        public bool HasEnded { get; private set; }

        public async IAsyncEnumerable<int> Numbers([EnumeratorCancellation] CancellationToken cancellation)
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                HasEnded = true;
            }
        }
    }
}
