using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Streaming;
using Grpc.Core;

namespace GradCamGrpc.Server.Tests.Streaming;

public sealed class StreamedPartsTests
{
    private readonly Channel<EncodedImage> _source = Channel.CreateUnbounded<EncodedImage>();
    private readonly Channel<EncodedImage> _written = Channel.CreateUnbounded<EncodedImage>();
    private readonly List<bool> _areHeld = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAll_PartsThatAreThereTogether_AreHeldAndLeaveWithTheCallsEnd()
    {
        Make(1, 2, 3);
        _source.Writer.Complete();

        await WriteAllAsync(Parts());
        var written = await WrittenAsync();

        Assert.Equal([1, 2, 3], written);
        Assert.Equal([true, true, true], _areHeld);
    }

    /// <summary>The one that follows is made once the one before it has been sent.</summary>
    [Fact]
    public async Task WriteAll_NextIsNotThere_SendsWhatItHas()
    {
        Make(1, 2);

        var writing = WriteAllAsync(Parts());
        var first = await _written.Reader.ReadAsync(Cancellation);
        var second = await _written.Reader.ReadAsync(Cancellation);
        Make(3);
        var third = await _written.Reader.ReadAsync(Cancellation);
        _source.Writer.Complete();
        await writing;

        Assert.Equal([1, 2, 3], (int[])[Number(first), Number(second), Number(third)]);
        Assert.Equal([true, false, false], _areHeld);
    }

    /// <summary>A frame holds 16,384 bytes: of 7,000 bytes each, the third part is one too many. Those behind it are held anew.</summary>
    [Fact]
    public async Task WriteAll_MoreThanAFrameIsThere_SendsInBetween()
    {
        Make([.. Enumerable.Repeat(7000, 5)]);
        _source.Writer.Complete();

        await WriteAllAsync(Parts());

        Assert.Equal([true, true, false, true, true], _areHeld);
    }

    /// <summary>Until a picture is sent its photo's pixels count: where the last one waits for its reader, the source has not ended.</summary>
    [Fact]
    public async Task WriteAll_LargePartIsNotRead_TheSourceWaits()
    {
        var moved = false;
        var read = new TaskCompletionSource();
        async IAsyncEnumerable<EncodedImage> Source()
        {
            yield return Part(1 << 14);
            moved = true;
            await Task.CompletedTask;
        }

        var writing = new FakeWriter<EncodedImage>(_written.Writer, _ => read.Task).WriteAllAsync(Source(), Cancellation);
        var movedBeforeItWasRead = moved;
        read.SetResult();
        await writing;

        Assert.False(movedBeforeItWasRead);
        Assert.True(moved);
    }

    [Fact]
    public async Task WriteAll_SourceFails_SendsWhatItHasAndFails()
    {
        Make(1);
        _source.Writer.Complete(new InvalidOperationException("no map"));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAllAsync(Parts()));
        var written = await WrittenAsync();

        Assert.Equal("no map", fault.Message);
        Assert.Equal([1], written);
        Assert.Equal([false], _areHeld);
    }

    /// <summary>A source can be let go only once it is no longer at work; what it says then comes too late.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAll_WritingFailsBesideTheNext_LetsTheSourceGoAndTellsOfTheWriting(bool sourceFails)
    {
        var hasEnded = false;
        var failed = new TaskCompletionSource();
        async IAsyncEnumerable<EncodedImage> Source([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            try
            {
                yield return Part(1);
                await failed.Task.WaitAsync(cancellation);
                if (sourceFails)
                    throw new InvalidOperationException("too late");
                yield return Part(2);
            }
            finally
            {
                hasEnded = true;
            }
        }

        var writing = new FakeWriter<EncodedImage>(_written.Writer, _ => throw new IOException("nobody there"))
            .WriteAllAsync(Source(Cancellation), Cancellation);
        Assert.False(writing.IsCompleted);
        failed.SetResult();
        var fault = await Assert.ThrowsAsync<IOException>(() => writing);

        Assert.Equal("nobody there", fault.Message);
        Assert.True(hasEnded);
    }

    private static EncodedImage Part(int bytes) => new() { Data = Google.Protobuf.ByteString.CopyFrom(new byte[bytes]) };

    private static int Number(EncodedImage part) => part.Data.Length;

    private void Make(params int[] bytes)
    {
        foreach (var count in bytes)
            _source.Writer.TryWrite(Part(count));
    }

    private IAsyncEnumerable<EncodedImage> Parts() => _source.Reader.ReadAllAsync(Cancellation);

    private async Task WriteAllAsync(IAsyncEnumerable<EncodedImage> parts)
    {
        FakeWriter<EncodedImage>? writer = null;
        writer = new FakeWriter<EncodedImage>(_written.Writer, _ =>
        {
            _areHeld.Add(writer!.WriteOptions!.Flags is WriteFlags.BufferHint);
            return Task.CompletedTask;
        });
        await writer.WriteAllAsync(parts, Cancellation);
    }

    private async Task<int[]> WrittenAsync()
    {
        _written.Writer.Complete();
        return await _written.Reader.ReadAllAsync(Cancellation).Select(Number).ToArrayAsync(Cancellation);
    }
}
