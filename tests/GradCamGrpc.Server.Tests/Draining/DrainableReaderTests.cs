using System.Threading.Channels;
using GradCamGrpc.Protos.V1;
using GradCamGrpc.Server.Draining;
using GradCamGrpc.Server.Tests.Streaming;

namespace GradCamGrpc.Server.Tests.Draining;

public sealed class DrainableReaderTests : IDisposable
{
    private readonly Channel<ClassifyRequest> _requests = Channel.CreateUnbounded<ClassifyRequest>();
    private readonly CancellationTokenSource _draining = new();
    private readonly List<ClassifyRequest> _read = [];
    private readonly DrainableReader<ClassifyRequest> _reader;

    public DrainableReaderTests() =>
        _reader = new DrainableReader<ClassifyRequest>(new FakeReader<ClassifyRequest>(_requests.Reader), _read.Add, _draining.Token);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _draining.Dispose();

    [Fact]
    public async Task MoveNext_NoDrain_ReadsToTheClientsEnd()
    {
        await SendAsync(2);
        _requests.Writer.Complete();

        Assert.True(await _reader.MoveNext(Cancellation));
        Assert.True(await _reader.MoveNext(Cancellation));
        Assert.False(await _reader.MoveNext(Cancellation));

        Assert.Equal((2, false), (_read.Count, _reader.IsCutShort));
    }

    [Fact]
    public async Task MoveNext_DrainBeginsWhileItWaits_EndsAtOnce()
    {
        var waiting = _reader.MoveNext(Cancellation);
        Assert.False(waiting.IsCompleted);

        await _draining.CancelAsync();

        Assert.False(await waiting);
        Assert.True(_reader.IsCutShort);
    }

    [Fact]
    public async Task MoveNext_DrainsAndMoreHasCome_LeavesItUnread()
    {
        await SendAsync(3);
        Assert.True(await _reader.MoveNext(Cancellation));
        await _draining.CancelAsync();

        Assert.False(await _reader.MoveNext(Cancellation));
        Assert.False(await _reader.MoveNext(Cancellation));

        Assert.Equal((1, true), (_read.Count, _reader.IsCutShort));
    }

    [Fact]
    public async Task MoveNext_DrainsAndTheClientHadEnded_IsNotCutShort()
    {
        await SendAsync(1);
        Assert.True(await _reader.MoveNext(Cancellation));
        _requests.Writer.Complete();
        await _draining.CancelAsync();

        Assert.False(await _reader.MoveNext(Cancellation));

        Assert.False(_reader.IsCutShort);
    }

    [Fact]
    public async Task MoveNext_TheClientLeavesWhileItDrains_IsCancelled()
    {
        using var call = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await call.CancelAsync();
        await _draining.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _reader.MoveNext(call.Token));

        Assert.False(_reader.IsCutShort);
    }

    private async Task SendAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await _requests.Writer.WriteAsync(new ClassifyRequest(), Cancellation);
    }
}
