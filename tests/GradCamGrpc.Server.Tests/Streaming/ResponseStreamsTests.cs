using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

public sealed class ResponseStreamsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The last one goes out with the call's end.</summary>
    [Theory]
    [InlineData(1, "held")]
    [InlineData(2, "held", "at once")]
    [InlineData(3, "held", "at once", "held")]
    [InlineData(4, "held", "at once", "held", "at once")]
    public async Task WriteAll_MessagesAreThere_EachSecondOneIsHeldForTheNext(int count, params string[] expected)
    {
        var responses = new Responses();

        await responses.WriteAllAsync(Enumerable.Range(0, count).ToAsyncEnumerable(), Cancellation);

        Assert.Equal(Enumerable.Range(0, count).Zip(expected), responses.Written);
    }

    [Fact]
    public async Task WriteAll_NextIsNotThere_SendsAtOnce()
    {
        var source = Channel.CreateUnbounded<int>();
        var responses = new Responses();
        source.Writer.TryWrite(7);

        var writing = responses.WriteAllAsync(source.Reader.ReadAllAsync(Cancellation), Cancellation);

        Assert.Equal([(7, "at once")], responses.Written);
        source.Writer.TryWrite(8);
        source.Writer.TryComplete();
        await writing;
        Assert.Equal([7, 8], responses.Written.Select(message => message.Message));
    }

    [Fact]
    public async Task WriteAll_SourceFails_SaysSoBehindWhatCameBefore()
    {
        var responses = new Responses();

        await Assert.ThrowsAsync<TimeoutException>(() => responses.WriteAllAsync(OneThenFault(), Cancellation));

        Assert.Equal([1], responses.Written.Select(message => message.Message));
    }

    /// <summary>A source that looks for its next message cannot be left.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAll_WriterFailsWhileTheSourceIsBusy_EndsTheSourceAndSaysWhy(bool isSynchronous)
    {
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hasEnded = false;
        var responses = new Responses { Fault = new IOException("gone"), FailsSynchronously = isSynchronous };

        var writing = responses.WriteAllAsync(Source(Cancellation), Cancellation);
        Assert.False(writing.IsCompleted);
        busy.SetResult();

        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => writing)).Message);
        Assert.True(hasEnded);

        async IAsyncEnumerable<int> Source([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            try
            {
                yield return 1;
                await busy.Task.WaitAsync(cancellation);
                yield return 2;
            }
            finally
            {
                hasEnded = true;
            }
        }
    }

    private static async IAsyncEnumerable<int> OneThenFault()
    {
        yield return 1;
        await Task.Yield();
        throw new TimeoutException();
    }

    private sealed class Responses : IServerStreamWriter<int>
    {
        public List<(int Message, string How)> Written { get; } = [];

        public Exception? Fault { get; init; }

        public bool FailsSynchronously { get; init; }

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(int message)
        {
            if (Fault is not null)
                return FailsSynchronously ? throw Fault : Task.FromException(Fault);
            Written.Add((message, WriteOptions!.Flags.HasFlag(WriteFlags.BufferHint) ? "held" : "at once"));
            return Task.CompletedTask;
        }

        public Task WriteAsync(int message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
